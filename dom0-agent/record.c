/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Recording a trace: what changed since the last look, and every hypercall.
 */
#include <stdlib.h>
#include <xen-pci/snapshot.h>

#include "trace/trace_write.h"
#include "log.h"
#include "message.h"
#include "record.h"
#include "agree/identity.h"
#include "agree/sbdf_set.h"

void record_init(struct record *record)
{
    *record = (struct record){ .file = NULL };
}

void record_dispose(struct record *record)
{
    if ( record->file && fclose(record->file) )
        log_warning("the end of the record %s cannot be written", record->path);
    free(record->path);
    free(record->config.devices);
    free(record->known.devices);
    record_init(record);
}

int record_open(struct record *record, const char *path, unsigned int most,
                struct xpci_message *message)
{
    int rc;

    record_dispose(record);
    record->most = most;
    record->path = strdup(path);
    record->file = record->path ? fopen(path, "we") : NULL;
    if ( !record->file )
    {
        rc = record->path ? -errno : -ENOMEM;
        message_set(message, "cannot record to %s: %s", path, strerror(-rc));
        return rc;
    }
    trace_write_header(record->file);

    return 0;
}

static void end(struct record *record)
{
    if ( fclose(record->file) && !record->error )
        record->error = -errno;
    record->file = NULL;
    if ( record->error )
        log_warning("the record %s ends here: %s", record->path,
                    strerror(-record->error));
}

/* Written to its end, or the record is over. */
static void flush(struct record *record, int rc)
{
    if ( !rc && (fflush(record->file) || ferror(record->file)) )
        rc = errno ? -errno : -EIO;
    record->error = rc;
    if ( rc )
        end(record);
    /* What has no length, such as a pipe, fills no disk. */
    else if ( ftello(record->file) >> 20 >= (off_t)record->most )
    {
        log_warning("the record %s ends here: it is longer than record-most, "
                    "%u MiB",
                    record->path, record->most);
        end(record);
    }
}

static struct xpci_device_info *find(const struct record_said *said,
                                     uint32_t sbdf)
{
    return sorted_find(said->devices, said->count, sizeof(*said->devices),
                       sbdf);
}

static int put(struct record_said *said, const struct xpci_device_info *info)
{
    struct xpci_device_info *devices, *there = find(said, info->sbdf);

    if ( !there )
    {
        devices = sorted_insert(said->devices, &said->count, sizeof(*devices),
                                info->sbdf);
        if ( !devices )
            return -ENOMEM;
        said->devices = devices;
        there = find(said, info->sbdf);
    }
    *there = *info;

    return 0;
}

static void drop(struct record_said *said, uint32_t sbdf)
{
    sorted_remove(said->devices, &said->count, sizeof(*said->devices), sbdf);
}

/* Do both read the same, as far as a trace can say it? */
static bool reads_same(const struct xpci_device_info *a,
                       const struct xpci_device_info *b)
{
    return !(identity_compare(a, b) & (IDENTITY_DEVICE | IDENTITY_NUMBERS));
}

static bool known_same(const struct xpci_device_info *a,
                       const struct xpci_device_info *b)
{
    return !(identity_compare(a, b) & (IDENTITY_DEVICE | IDENTITY_NUMBERS |
                                       IDENTITY_EXTFN | IDENTITY_PHYSFN));
}

static bool is_pf(const struct xpci_snapshot *snapshot,
                  const struct xpci_device_info *info)
{
    size_t i;

    for ( i = 0; i < snapshot->device_count; i++ )
    {
        if ( (snapshot->devices[i].flags & XPCI_VIRTFN) &&
             snapshot->devices[i].physfn == info->sbdf )
            return true;
    }

    return false;
}

/* From here on config space reads like `info`, which is in `snapshot`. */
static int say_config(struct record *record,
                      const struct xpci_snapshot *snapshot,
                      const struct xpci_device_info *info)
{
    const struct xpci_device_info *said = find(&record->config, info->sbdf);

    if ( said && reads_same(said, info) )
        return 0;
    trace_write_config(record->file, info, is_pf(snapshot, info));

    return put(&record->config, info);
}

/*
 * The hypervisor has another record than the replay would: dom0's kernel
 * told it.
 */
static int follow(struct record *record, const struct xpci_snapshot *hypervisor,
                  const struct xpci_device_info *info)
{
    const struct xpci_device_info *known = find(&record->known, info->sbdf);
    int rc;

    if ( known && known_same(known, info) )
        return 0;
    rc = say_config(record, hypervisor, info);
    if ( rc )
        return rc;
    trace_write_add(record->file, info);
    fprintf(record->file, "\n");

    return put(&record->known, info);
}

static void forget_gone(struct record *record,
                        const struct xpci_snapshot *hypervisor)
{
    char sbdf[XPCI_SBDF_LENGTH];
    size_t i = record->known.count;

    while ( i-- )
    {
        uint32_t at = record->known.devices[i].sbdf;

        if ( xpci_snapshot_device(hypervisor, at) )
            continue;
        fprintf(record->file, "remove %s\n", xpci_sbdf_format(sbdf, at));
        drop(&record->known, at);
    }
}

/* Bridges and PFs from low buses to high, then what else there is, then VFs. */
static int follow_all(struct record *record,
                      const struct xpci_snapshot *hypervisor)
{
    unsigned int pass;
    size_t i;
    int rc = 0;

    for ( pass = 0; pass < 3; pass++ )
    {
        for ( i = 0; !rc && i < hypervisor->device_count; i++ )
        {
            const struct xpci_device_info *info = &hypervisor->devices[i];
            unsigned int turn = info->flags & XPCI_VIRTFN   ? 2
                                : info->flags & XPCI_BRIDGE ? 0
                                                            : 1;

            if ( turn == pass )
                rc = follow(record, hypervisor, info);
        }
    }

    return rc;
}

static int say_dom0(struct record *record, const struct xpci_snapshot *dom0)
{
    char sbdf[XPCI_SBDF_LENGTH];
    size_t i;
    int rc;

    for ( i = record->config.count; i--; )
    {
        uint32_t at = record->config.devices[i].sbdf;

        if ( xpci_snapshot_device(dom0, at) )
            continue;
        fprintf(record->file, "gone %s\n", xpci_sbdf_format(sbdf, at));
        drop(&record->config, at);
    }
    for ( i = 0; i < dom0->device_count; i++ )
    {
        rc = say_config(record, dom0, &dom0->devices[i]);
        if ( rc )
            return rc;
    }

    return 0;
}

void record_look(struct record *record, const struct xpci_snapshot *dom0,
                 const struct xpci_snapshot *hypervisor)
{
    int rc;

    if ( !record->file )
        return;
    forget_gone(record, hypervisor);
    rc = follow_all(record, hypervisor);
    if ( !rc )
        rc = say_dom0(record, dom0);
    flush(record, rc);
}

/*
 * A call that failed changed nothing, for a reason that config space may not
 * show (the IOMMU refused it, it went at that moment): a comment.
 */
static const char *before_call(int rc)
{
    return rc ? "# " : "";
}

static void say_outcome(struct record *record, int rc)
{
    const char *name = strerrorname_np(-rc);

    if ( rc && name )
        fprintf(record->file, " = -%s\n", name);
    else
        fprintf(record->file, " = %d\n", rc);
}

void record_add(struct record *record, uint32_t sbdf,
                const struct xpci_report *report, int rc)
{
    const struct xpci_device_info reported = {
        .sbdf = sbdf,
        .flags = (report->is_virtfn ? XPCI_VIRTFN : 0) |
                 (report->is_extfn ? XPCI_EXTFN : 0),
        .physfn = XPCI_SBDF(XPCI_SEGMENT(sbdf), report->physfn_bus,
                            report->physfn_devfn),
        .node = report->node,
    };
    const struct xpci_device_info *config;
    int error = 0;

    if ( !record->file )
        return;
    trace_write_add(record->file, &reported);
    say_outcome(record, rc);
    config = find(&record->config, sbdf);
    if ( !rc && config )
        error = put(&record->known, config);
    flush(record, error);
}

void record_remove(struct record *record, uint32_t sbdf, int rc)
{
    char name[XPCI_SBDF_LENGTH];

    if ( !record->file )
        return;
    fprintf(record->file, "%sremove %s", before_call(rc),
            xpci_sbdf_format(name, sbdf));
    say_outcome(record, rc);
    if ( !rc )
        drop(&record->known, sbdf);
    flush(record, 0);
}
