/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Telling the service manager, by sd_notify().
 */
#include <stdio.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "log.h"
#include "notify.h"
#include "outlet.h"

/* Of these the newest counts. */
enum {
    KIND_STATUS = OUTLET_EACH + 1,
    KIND_WATCHDOG
};

static struct outlet *outlet; /* NULL: no thread */

/* outlet_write */
static int tell_now(void *data, unsigned int kind, const char *state,
                    struct xpci_message *message)
{
    int rc = kind == OUTLET_LOST ? 0 : sd_notify(0, state);

    (void)data;
    (void)message;
    if ( rc < 0 )
        log_debug("the service manager cannot be told: %s", strerror(-rc));

    return 0;
}

static void tell(unsigned int kind, const char *state)
{
    if ( outlet )
        outlet_put(outlet, kind, state);
    else
        (void)tell_now(NULL, kind, state, NULL);
}

int notify_start_thread(void)
{
    outlet = outlet_open(tell_now, NULL, -1);

    return outlet ? 0 : -ENOMEM;
}

void notify_end(void)
{
    outlet_end(outlet);
}

void notify_end_thread(uint64_t deadline)
{
    struct outlet *ending = outlet;

    outlet = NULL;
    (void)outlet_close(ending, deadline);
}

void notify_ready(void)
{
    tell(OUTLET_EACH, "READY=1");
}

void notify_reloading(void)
{
    struct timespec now;
    char state[64];

    if ( clock_gettime(CLOCK_MONOTONIC, &now) )
        return;
    snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%llu",
             now.tv_sec * 1000000ULL + now.tv_nsec / 1000);
    tell(OUTLET_EACH, state);
}

void notify_stopping(void)
{
    tell(OUTLET_EACH, "STOPPING=1");
}

void notify_status(const char *text)
{
    char state[512];

    snprintf(state, sizeof(state), "STATUS=%s", text);
    tell(KIND_STATUS, state);
}

void notify_watchdog(void)
{
    tell(KIND_WATCHDOG, "WATCHDOG=1");
}

uint64_t notify_watchdog_interval(void)
{
    uint64_t microseconds;

    return sd_watchdog_enabled(0, &microseconds) > 0 ? microseconds / 2000 : 0;
}
