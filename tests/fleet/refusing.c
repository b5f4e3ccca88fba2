/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * refusing DIRECTORY METRICS SECONDS
 *
 * A host whose hypervisor refuses a device that was plugged in: the daemon's
 * own code on a made-up machine, and its metrics in the file METRICS.  Ends
 * after so many seconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "../../dom0-agent/daemon.h"
#include "../../dom0-agent/log.h"
#include "../daemon/proxy.h"
#include "../daemon/world.h"

static uint64_t clock_ms(void)
{
    struct timespec now;

    if ( clock_gettime(CLOCK_MONOTONIC, &now) )
        abort();

    return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

static void work_for(struct daemon *daemon, uint64_t milliseconds)
{
    uint64_t end = clock_ms() + milliseconds;

    while ( clock_ms() < end )
    {
        uint64_t now = clock_ms();

        if ( daemon_deadline(daemon) <= now )
            daemon_work(daemon, now);
        usleep(20000);
    }
}

static void plug_in(struct world *world)
{
    struct world_node *port = world->root.child[0];
    struct world_node *node;

    node = world_add(world, port, XPCI_TYPE_ENDPOINT, 8);
    world_show_only(world);
    node->bus = port->secondary;
    world_show_only(world);
}

int main(int argc, char **argv)
{
    struct view_source source = { .kind = VIEW_SYSFS };
    struct cycle_options options = { .source = &source };
    struct proxy_host host;
    struct daemon daemon;
    struct world world;
    struct conf conf;

    if ( argc != 4 || conf_init(&conf) )
        return 2;
    log_open(LOG_TARGET_STDERR, LOG_LEVEL_NOTICE);
    world_init(&world, argv[1], 1);
    world_build(&world);
    source.path = world.path;
    proxy_host_init(&host, world.path);
    options.backend = proxy_direct(&host);
    options.conf = &conf;
    free(conf.journal);
    conf.journal = NULL;
    conf.metrics = strdup(argv[2]);
    conf.check_interval = 1;
    conf.retry_most = 1;
    daemon_init(&daemon);
    if ( !conf.metrics || daemon_start(&daemon, &options, NULL, clock_ms()) )
        abort();
    work_for(&daemon, 500);

    host.refuse = -ENOMEM;
    host.refusals = 1000000;
    plug_in(&world);
    work_for(&daemon, strtoul(argv[3], NULL, 10) * 1000);

    daemon_dispose(&daemon);
    backend_close(options.backend);
    proxy_host_dispose(&host);
    conf_dispose(&conf);
    world_dispose(&world);

    return 0;
}
