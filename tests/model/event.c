/* SPDX-License-Identifier: GPL-2.0-only */
#include "event.h"

#include <stdio.h>

static const char *const kind_names[EVENT_KINDS] = {
    "config", "gone",     "unrest",  "scan-device", "scan-segment",
    "add",    "remove",   "depart",  "reset",       "refuse",
    "assign", "deassign", "destroy",
};

static const char *const unrest_names[WORLD_UNRESTS] = {
    "steady",     "silent-from", "silent-at",    "silent-until",
    "other-from", "other-at",    "numbers-move", "id-moves",
};

static int describe_config(const struct world_function *function, char *text,
                           size_t size)
{
    int length;

    length = snprintf(text, size, " id=%04x:%04x class=%08x layout=%02x%s",
                      function->vendor, function->device,
                      function->class_revision, function->layout,
                      function->multifunction ? " multifunction" : "");
    if ( function->pcie != WORLD_NO_PCIE )
        length += snprintf(text + length, size - (size_t)length, " pcie=%d",
                           function->pcie);
    if ( function->layout == 1 || function->layout == 2 )
        length += snprintf(text + length, size - (size_t)length,
                           " numbers=%02x/%02x/%02x", function->primary,
                           function->secondary, function->subordinate);
    return length;
}

static int describe_report(const struct xpci_report *report, char *text,
                           size_t size)
{
    int length = 0;

    text[0] = '\0';
    if ( report->is_virtfn )
        length += snprintf(
            text, size, " virtfn=%02x:%02x.%x", report->physfn_bus,
            (unsigned int)report->physfn_devfn >> 3, report->physfn_devfn & 7U);
    if ( report->is_extfn )
        length += snprintf(text + length, size - (size_t)length, " extfn");
    if ( report->node != XPCI_NO_NODE )
        length += snprintf(text + length, size - (size_t)length, " node=%u",
                           report->node);
    return length;
}

void event_describe(const struct event *event, char *text, size_t size)
{
    int length;

    length =
        snprintf(text, size, "%s %04x:%02x:%02x.%x", kind_names[event->kind],
                 XPCI_SEGMENT(event->sbdf), XPCI_BUS(event->sbdf),
                 XPCI_DEV(event->sbdf), XPCI_FUNC(event->sbdf));
    if ( event->kind == EVENT_CONFIG )
        length += describe_config(&event->function, text + length,
                                  size - (size_t)length);
    if ( event->kind == EVENT_ADD )
        length += describe_report(&event->report, text + length,
                                  size - (size_t)length);
    if ( event->kind == EVENT_UNREST )
        length += snprintf(text + length, size - (size_t)length, " %s %u",
                           unrest_names[event->unrest], event->nth);
    if ( event_is_of_toolstack(event) )
        length += snprintf(text + length, size - (size_t)length, " domain %u",
                           event->domain);
    if ( event->fail_at )
        snprintf(text + length, size - (size_t)length, " (allocation %u fails)",
                 event->fail_at);
}
