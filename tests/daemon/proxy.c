/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "failing.h"
#include "proxy.h"

enum proxy_call {
    PROXY_SNAPSHOT,
    PROXY_ADD,
    PROXY_REMOVE
};

struct request {
    enum proxy_call call;
    uint32_t sbdf;
    struct xpci_report report;
};

struct answer {
    int rc;
    uint32_t generation;
    size_t devices;
    size_t buses;
    size_t problems;
};

struct problem {
    enum xpci_problem kind;
    bool has_sbdf;
    uint32_t sbdf;
    int segment;
    int bus;
    char text[256];
};

static void open_hardware(struct config_space **space, const char *path)
{
    struct xpci_message message;

    if ( !config_space_open_sysfs(space, path, NULL, NULL, &message) )
        return;
    fprintf(stderr, "the test's hardware: %s\n", message.text);
    exit(2);
}

void proxy_host_init(struct proxy_host *host, const char *path)
{
    struct xpci_message message;

    *host = (struct proxy_host){ .path = path };
    open_hardware(&host->space, path);
    if ( backend_embedded_open(&host->inner, host->space, host->space,
                               &message) )
    {
        fprintf(stderr, "the test's hypervisor: %s\n", message.text);
        exit(2);
    }
}

void proxy_host_dispose(struct proxy_host *host)
{
    backend_close(host->inner);
    config_space_close(host->space);
    *host = (struct proxy_host){ NULL };
}

void proxy_host_refresh(struct proxy_host *host)
{
    struct config_space *fresh;

    open_hardware(&fresh, host->path);
    host->inner->ops->set_space(host->inner, fresh);
    config_space_close(host->space);
    host->space = fresh;
}

/* Class and revision of nothing are all ones. */
static bool is_there(struct proxy_host *host, uint32_t sbdf)
{
    return host->space->ops->read(host->space, sbdf, 8) != UINT32_MAX;
}

static int host_add(struct proxy_host *host, uint32_t sbdf,
                    const struct xpci_report *report)
{
    int rc;

    failing_pause();
    host->adds++;
    proxy_host_refresh(host);
    host->wrong += !is_there(host, sbdf);
    if ( host->refusals )
    {
        host->refusals--;
        rc = host->refuse;
    }
    else
        rc = host->inner->ops->add(host->inner, sbdf, report);
    failing_resume();

    return rc;
}

static int host_remove(struct proxy_host *host, uint32_t sbdf)
{
    int rc;

    failing_pause();
    host->removes++;
    proxy_host_refresh(host);
    host->wrong += is_there(host, sbdf);
    rc = host->refuse_removals;
    if ( !rc )
        rc = host->inner->ops->remove(host->inner, sbdf);
    failing_resume();

    return rc;
}

static bool transfer_in(int socket, void *bytes, size_t size)
{
    char *at = bytes;

    while ( size )
    {
        ssize_t count = read(socket, at, size);

        if ( count <= 0 )
            return false;
        at += count;
        size -= count;
    }

    return true;
}

static bool transfer_out(int socket, const void *bytes, size_t size)
{
    const char *at = bytes;

    while ( size )
    {
        ssize_t count = write(socket, at, size);

        if ( count <= 0 )
            return false;
        at += count;
        size -= count;
    }

    return true;
}

static bool send_snapshot(struct proxy_host *host, int socket)
{
    struct xpci_snapshot snapshot;
    struct xpci_message message;
    struct answer answer;
    bool sent;
    size_t i;

    xpci_snapshot_init(&snapshot);
    answer.rc = host->inner->ops->snapshot(host->inner, NULL, false, &snapshot,
                                           &message);
    answer.generation = snapshot.generation;
    answer.devices = snapshot.device_count;
    answer.buses = snapshot.bus_count;
    answer.problems = snapshot.problem_count;
    sent = transfer_out(socket, &answer, sizeof(answer)) &&
           transfer_out(socket, snapshot.devices,
                        answer.devices * sizeof(*snapshot.devices)) &&
           transfer_out(socket, snapshot.buses,
                        answer.buses * sizeof(*snapshot.buses));
    for ( i = 0; sent && i < snapshot.problem_count; i++ )
    {
        const struct xpci_snapshot_problem *from = &snapshot.problems[i];
        struct problem problem = { .kind = from->kind,
                                   .has_sbdf = from->has_sbdf,
                                   .sbdf = from->sbdf,
                                   .segment = from->segment,
                                   .bus = from->has_bus ? from->bus : -1 };

        snprintf(problem.text, sizeof(problem.text), "%s", from->text);
        sent = transfer_out(socket, &problem, sizeof(problem));
    }
    xpci_snapshot_dispose(&snapshot);

    return sent;
}

void proxy_host_serve(struct proxy_host *host, int socket)
{
    struct request request;
    struct answer answer = { 0 };

    while ( transfer_in(socket, &request, sizeof(request)) )
    {
        bool sent;

        if ( request.call == PROXY_SNAPSHOT )
            sent = send_snapshot(host, socket);
        else
        {
            answer.rc = request.call == PROXY_ADD
                            ? host_add(host, request.sbdf, &request.report)
                            : host_remove(host, request.sbdf);
            sent = transfer_out(socket, &answer, sizeof(answer));
        }
        if ( !sent )
            break;
    }
}

struct proxy {
    struct backend backend;
    int socket;
    struct proxy_host *host;
};

static int ask(struct proxy *proxy, const struct request *request,
               struct answer *answer)
{
    if ( transfer_out(proxy->socket, request, sizeof(*request)) &&
         transfer_in(proxy->socket, answer, sizeof(*answer)) )
        return answer->rc;

    return -EIO;
}

static int receive_snapshot(struct proxy *proxy, struct xpci_snapshot *snapshot,
                            const struct answer *answer)
{
    struct xpci_device_info device;
    struct xpci_bus_info bus;
    struct problem problem;
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < answer->devices; i++ )
        rc = transfer_in(proxy->socket, &device, sizeof(device))
                 ? xpci_snapshot_add_device(snapshot, &device)
                 : -EIO;
    for ( i = 0; !rc && i < answer->buses; i++ )
        rc = transfer_in(proxy->socket, &bus, sizeof(bus))
                 ? xpci_snapshot_add_bus(snapshot, &bus)
                 : -EIO;
    for ( i = 0; !rc && i < answer->problems; i++ )
        rc = transfer_in(proxy->socket, &problem, sizeof(problem))
                 ? xpci_snapshot_add_problem(
                       snapshot, problem.kind,
                       problem.has_sbdf ? &problem.sbdf : NULL, problem.segment,
                       problem.bus, "%s", problem.text)
                 : -EIO;

    return rc;
}

static int host_snapshot(struct proxy_host *host,
                         const struct xpci_snapshot *dom0,
                         struct xpci_snapshot *snapshot,
                         struct xpci_message *message)
{
    int rc =
        host->inner->ops->snapshot(host->inner, dom0, false, snapshot, message);
    size_t i;

    for ( i = 0; !rc && host->guests && i < snapshot->device_count; i++ )
    {
        if ( snapshot->devices[i].sbdf == host->guests )
            snapshot->devices[i].owner = 5;
    }

    return rc;
}

static int proxy_snapshot(struct backend *backend,
                          const struct xpci_snapshot *dom0, bool ask_owners,
                          struct xpci_snapshot *snapshot,
                          struct xpci_message *message)
{
    const struct request request = { .call = PROXY_SNAPSHOT };
    struct proxy *proxy = (struct proxy *)backend;
    struct answer answer;
    int rc;

    (void)ask_owners;
    if ( proxy->host )
        return host_snapshot(proxy->host, dom0, snapshot, message);
    rc = ask(proxy, &request, &answer);
    if ( !rc )
    {
        snapshot->source = XPCI_SOURCE_EMBEDDED;
        snapshot->generation = answer.generation;
        rc = receive_snapshot(proxy, snapshot, &answer);
    }
    if ( rc )
        snprintf(message->text, sizeof(message->text), "%s", strerror(-rc));

    return rc;
}

static int proxy_add(struct backend *backend, uint32_t sbdf,
                     const struct xpci_report *report)
{
    const struct request request = { .call = PROXY_ADD,
                                     .sbdf = sbdf,
                                     .report = *report };
    struct proxy *proxy = (struct proxy *)backend;
    struct answer answer;

    return proxy->host ? host_add(proxy->host, sbdf, report)
                       : ask(proxy, &request, &answer);
}

static int proxy_remove(struct backend *backend, uint32_t sbdf)
{
    const struct request request = { .call = PROXY_REMOVE, .sbdf = sbdf };
    struct proxy *proxy = (struct proxy *)backend;
    struct answer answer;

    return proxy->host ? host_remove(proxy->host, sbdf)
                       : ask(proxy, &request, &answer);
}

static bool proxy_is_module(const struct backend *backend)
{
    (void)backend;

    return true;
}

static void proxy_close(struct backend *backend)
{
    free(backend);
}

static const struct backend_ops proxy_ops = {
    .name = "proxy",
    .is_module = proxy_is_module,
    .snapshot = proxy_snapshot,
    .add = proxy_add,
    .remove = proxy_remove,
    .close = proxy_close,
};

static struct backend *make(int socket, struct proxy_host *host)
{
    struct proxy *proxy = calloc(1, sizeof(*proxy));

    if ( !proxy )
        abort();
    *proxy = (struct proxy){ { &proxy_ops }, socket, host };

    return &proxy->backend;
}

struct backend *proxy_backend(int socket)
{
    return make(socket, NULL);
}

struct backend *proxy_direct(struct proxy_host *host)
{
    return make(-1, host);
}
