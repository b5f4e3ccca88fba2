/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Valid both as OpenMetrics and in Prometheus' older text format, which knows
 * no "info" (hence gauges) and takes counters without "_total" in their TYPE.
 */
#include <inttypes.h>
#include <stdlib.h>

#include <xen-pci/version.h>

#include "file.h"
#include "message.h"
#include "metrics.h"

static void head(FILE *out, const char *name, const char *type,
                 const char *help)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void gauge(FILE *out, const char *name, const char *help, uint64_t value)
{
    head(out, name, "gauge", help);
    fprintf(out, "%s %" PRIu64 "\n", name, value);
}

static void counter(FILE *out, const char *name, const char *help,
                    uint64_t value)
{
    head(out, name, "counter", help);
    fprintf(out, "%s_total %" PRIu64 "\n", name, value);
}

/* `reason`: why there is no agreement with a Xen; NULL: it runs on one. */
static void say_agreement(FILE *out, bool agreement, const char *reason)
{
    gauge(out, "xen_pci_agreement",
          "Whether dom0 and the Xen that it runs on agree (1) or not (0).",
          agreement && !reason);
    gauge(out, "xen_pci_on_xen",
          "Whether the daemon works on the Xen of this machine (1) or not (0).",
          !reason);
    head(out, "xen_pci_no_xen_info", "gauge",
         "Why the daemon does not work on a Xen; nothing where it does.");
    if ( reason )
        fprintf(out, "xen_pci_no_xen_info{reason=\"%s\"} 1\n", reason);
}

static void say_state(FILE *out, const struct status *status)
{
    unsigned int state;

    say_agreement(out, status->state == STATUS_AGREEMENT,
                  status->trial ? "trial" : NULL);
    head(out, "xen_pci_state", "gauge",
         "The daemon's state: 1 for the one it is in.");
    for ( state = STATUS_AGREEMENT; state <= STATUS_ATTENTION; state++ )
        fprintf(out, "xen_pci_state{state=\"%s\"} %d\n",
                status_state_name(state), state == status->state);
    head(out, "xen_pci_build_info", "gauge", "Versions and policies.");
    fprintf(out,
            "xen_pci_build_info{version=\"%s\",hypervisor=\"%s\","
            "repair=\"%s\"} 1\n",
            XPCI_VERSION, status->hypervisor, plan_repair_name(status->repair));
    gauge(out, "xen_pci_last_look_timestamp_seconds",
          "When both were last compared.", status->looked_at);
}

static void say_sizes(FILE *out, const struct status *status)
{
    const struct agree_look *look = status->look;

    gauge(out, "xen_pci_dom0_devices", "Devices that dom0 has.",
          look ? look->dom0.snapshot.device_count : 0);
    gauge(out, "xen_pci_devices", "Devices that the hypervisor knows.",
          look ? look->hypervisor.device_count : 0);
    gauge(out, "xen_pci_buses", "Buses that a bridge leads to.",
          look ? look->hypervisor.bus_count : 0);
    gauge(out, "xen_pci_generation",
          "The generation of the hypervisor's tables.",
          look ? look->hypervisor.generation : 0);
    gauge(out, "xen_pci_differences",
          "Devices about which dom0 and the hypervisor differ.",
          look ? look->plan.step_count + look->plan.left_count : 0);
    gauge(out, "xen_pci_problems", "Problems, as the report has them.",
          status->problem_count);
    gauge(out, "xen_pci_failed_steps",
          "Hypercalls that failed and are tried again.", status->retry->count);
    gauge(out, "xen_pci_pending_removals",
          "Removals that the hypervisor has not confirmed yet.",
          status->journal->pending.count);
    gauge(out, "xen_pci_journal_safe",
          "Whether all pending removals are on disk (1) or not (0).",
          journal_is_safe(status->journal));
    gauge(out, "xen_pci_last_renumbering_timestamp_seconds",
          "When devices were last seen at other addresses, 0: not yet.",
          status->moves->count ? status->moves->when : 0);
}

static void say_owners(FILE *out, const struct status_owners *owners)
{
    unsigned int i;

    head(out, "xen_pci_owned_devices", "gauge",
         "Devices that the hypervisor knows, by owner.");
    for ( i = 0; i < STATUS_OWNERS; i++ )
        fprintf(out, "xen_pci_owned_devices{owner=\"%s\"} %zu\n",
                status_owner_name(i), owners->count[i]);
}

static void say_silent(FILE *out, const struct status *status)
{
    unsigned int i;

    head(out, "xen_pci_unreadable_devices", "gauge",
         "Devices that dom0 lists and cannot describe, by reason.");
    for ( i = 0; i < SILENCES; i++ )
        fprintf(out, "xen_pci_unreadable_devices{reason=\"%s\"} %zu\n",
                device_silence_name(i), status->silent[i]);
}

/* A series for each; none where nothing fails. */
static void say_failing(FILE *out, const struct retry *retry)
{
    size_t i;

    head(out, "xen_pci_failing_step_tries", "gauge",
         "How often a step was tried that failed and is tried again.");
    for ( i = 0; i < retry->count; i++ )
    {
        const struct retry_item *item = &retry->items[i];

        fprintf(out,
                "xen_pci_failing_step_tries{segment=\"%04x\",bus=\"%02x\","
                "device=\"%02x\",function=\"%x\",call=\"%s\"} %u\n",
                XPCI_SEGMENT(item->sbdf), XPCI_BUS(item->sbdf),
                (unsigned int)XPCI_DEV(item->sbdf),
                (unsigned int)XPCI_FUNC(item->sbdf),
                plan_action_name(item->action), item->tries);
    }
}

static void say_counts(FILE *out, const struct status_counts *counts)
{
    head(out, "xen_pci_hypercalls", "counter", "Hypercalls made.");
    fprintf(out, "xen_pci_hypercalls_total{call=\"add\"} %" PRIu64 "\n",
            counts->adds);
    fprintf(out, "xen_pci_hypercalls_total{call=\"remove\"} %" PRIu64 "\n",
            counts->removes);
    counter(out, "xen_pci_hypercall_failures",
            "Hypercalls that returned an error.", counts->failures);
    counter(out, "xen_pci_events", "Events of the kernel about PCI devices.",
            counts->events);
    counter(out, "xen_pci_event_overflows",
            "Times that events were lost and everything was looked at anew.",
            counts->overflows);
    counter(out, "xen_pci_looks", "Comparisons of dom0 and the hypervisor.",
            counts->looks);
    counter(out, "xen_pci_plans",
            "Comparisons after which there was something to do.",
            counts->plans);
    counter(out, "xen_pci_checks", "Periodic checks.", counts->checks);
}

/* The bridge above, in the labels and the way of node_exporter: "*": none. */
static void say_parent(FILE *out, const struct xpci_snapshot *snapshot,
                       const struct xpci_device_info *device)
{
    const struct xpci_bus_info *bus = xpci_snapshot_bus(
        snapshot, XPCI_SEGMENT(device->sbdf), XPCI_BUS(device->sbdf));

    if ( !bus )
        fprintf(out, ",parent_segment=\"*\",parent_bus=\"*\","
                     "parent_device=\"*\",parent_function=\"*\"");
    else
        fprintf(out,
                ",parent_segment=\"%04x\",parent_bus=\"%02x\","
                "parent_device=\"%02x\",parent_function=\"%x\"",
                XPCI_SEGMENT(bus->bridge), XPCI_BUS(bus->bridge),
                (unsigned int)XPCI_DEV(bus->bridge),
                (unsigned int)XPCI_FUNC(bus->bridge));
}

static void say_devices(FILE *out, const struct xpci_snapshot *snapshot)
{
    char path[XPCI_PATH_LENGTH];
    size_t i;

    head(out, "xen_pci_device_info", "gauge",
         "A device that the hypervisor knows.");
    for ( i = 0; i < snapshot->device_count; i++ )
    {
        const struct xpci_device_info *device = &snapshot->devices[i];

        fprintf(out,
                "xen_pci_device_info{segment=\"%04x\",bus=\"%02x\","
                "device=\"%02x\",function=\"%x\"",
                XPCI_SEGMENT(device->sbdf), XPCI_BUS(device->sbdf),
                (unsigned int)XPCI_DEV(device->sbdf),
                (unsigned int)XPCI_FUNC(device->sbdf));
        say_parent(out, snapshot, device);
        fprintf(out,
                ",class_id=\"0x%06" PRIx32 "\",vendor_id=\"0x%04x\","
                "device_id=\"0x%04x\",revision=\"0x%02x\",type=\"%s\","
                "path=\"%s\"} 1\n",
                device->class_revision >> 8, device->vendor, device->device,
                (unsigned int)(device->class_revision & 0xff),
                xpci_type_name(device->type),
                xpci_path_format(path, snapshot, device->sbdf));
    }
}

char *metrics_text(const struct status *status)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if ( !out )
        return NULL;
    say_state(out, status);
    say_sizes(out, status);
    say_owners(out, &status->owners);
    say_silent(out, status);
    say_failing(out, status->retry);
    say_counts(out, &status->counts);
    counter(out, "xen_pci_renumbered_devices",
            "Devices that were found at another address.",
            status->moves->total);
    if ( status->look )
        say_devices(out, &status->look->hypervisor);
    fputs("# EOF\n", out);
    if ( fclose(out) )
    {
        free(text);
        return NULL;
    }

    return text;
}

static char *text_of_absence(int why)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if ( !out )
        return NULL;
    say_agreement(out, false,
                  why == -ENOENT                    ? "no-xen"
                  : why == -EPERM || why == -EACCES ? "not-permitted"
                                                    : "error");
    fputs("# EOF\n", out);
    if ( fclose(out) )
    {
        free(text);
        return NULL;
    }

    return text;
}

int metrics_replace(const char *path, const char *text,
                    struct xpci_message *message)
{
    return file_replace(path, text, strlen(text), 0644, false, message);
}

/* Takes over `text`. */
static int write_text(const char *path, char *text,
                      struct xpci_message *message)
{
    int rc;

    if ( !text )
    {
        message_set(message, "no memory for the metrics");
        return -ENOMEM;
    }
    rc = metrics_replace(path, text, message);
    free(text);

    return rc;
}

int metrics_write(const char *path, const struct status *status,
                  struct xpci_message *message)
{
    return write_text(path, metrics_text(status), message);
}

int metrics_write_absence(const char *path, int why,
                          struct xpci_message *message)
{
    return write_text(path, text_of_absence(why), message);
}
