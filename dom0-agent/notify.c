/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Telling the service manager, by sd_notify().
 */
#include <stdio.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "log.h"
#include "notify.h"

static void tell(const char *state)
{
    int rc = sd_notify(0, state);

    if ( rc < 0 )
        log_debug("the service manager cannot be told: %s", strerror(-rc));
}

void notify_ready(void)
{
    tell("READY=1");
}

void notify_reloading(void)
{
    struct timespec now;
    char state[64];

    if ( clock_gettime(CLOCK_MONOTONIC, &now) )
        return;
    snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%llu",
             now.tv_sec * 1000000ULL + now.tv_nsec / 1000);
    tell(state);
}

void notify_stopping(void)
{
    tell("STOPPING=1");
}

void notify_status(const char *text)
{
    char state[512];

    snprintf(state, sizeof(state), "STATUS=%s", text);
    tell(state);
}

void notify_watchdog(void)
{
    tell("WATCHDOG=1");
}

uint64_t notify_watchdog_interval(void)
{
    uint64_t microseconds;

    return sd_watchdog_enabled(0, &microseconds) > 0 ? microseconds / 2000 : 0;
}
