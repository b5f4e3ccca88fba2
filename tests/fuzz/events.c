/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events of all kinds, on the core and on the naive model: the same answers,
 * the predicate after each, and failed calls that change nothing (trial.h).
 */
#include "../model/trial.h"
#include "bytes.h"

#define EVENTS_MOST 64

/* Few places, so that events meet. */
static uint32_t place(struct bytes *bytes)
{
    static const uint8_t buses[] = { 0, 1, 2, 3, 4, 8, 0x7f, 0xfe, 0xff };
    static const uint8_t devfns[] = { 0x00, 0x01, 0x08, 0xff };

    return XPCI_SBDF(bytes_choice(bytes, 2),
                     buses[bytes_choice(bytes, sizeof(buses))],
                     devfns[bytes_choice(bytes, sizeof(devfns))]);
}

static uint8_t bus_number(struct bytes *bytes)
{
    uint8_t number = bytes_u8(bytes);

    return number & 0x80U ? (uint8_t)(number | 0xf8U) : number % 12U;
}

static void read_function(struct bytes *bytes, struct world_function *function)
{
    static const uint32_t classes[] = { 0x02000000, 0x06040000, 0x06070000,
                                        0x06000000 };
    uint8_t kind = bytes_u8(bytes);

    function->vendor = 0x8086;
    function->device = kind & 1U;
    function->class_revision = classes[(kind >> 1) & 3U];
    function->layout = (kind >> 3) % 3U;
    function->multifunction = kind & 0x80U;
    function->pcie =
        kind & 0x40U ? WORLD_NO_PCIE : (int8_t)(bytes_u8(bytes) % 16U);
    if ( function->layout )
    {
        function->primary = XPCI_BUS(function->sbdf);
        function->secondary = bus_number(bytes);
        function->subordinate = bus_number(bytes);
    }
}

static void read_event(struct bytes *bytes, struct event *event)
{
    uint8_t facts;

    memset(event, 0, sizeof(*event));
    event->kind = bytes_choice(bytes, EVENT_KINDS);
    event->sbdf = place(bytes);
    event->function.sbdf = event->sbdf;
    event->report.node = XPCI_NO_NODE;
    if ( event->kind == EVENT_CONFIG )
        read_function(bytes, &event->function);
    if ( event->kind == EVENT_UNREST )
    {
        facts = bytes_u8(bytes);
        event->unrest = (enum world_unrest)(facts % WORLD_UNRESTS);
        event->nth = 1U + (facts >> 4);
    }
    if ( event_is_of_toolstack(event) )
        event->domain = (uint16_t)(1U + bytes_choice(bytes, 3));
    if ( event->kind == EVENT_REFUSE || event->kind == EVENT_REMOVE )
        event->fail_at = bytes_choice(bytes, 4);
    if ( event->kind != EVENT_ADD )
        return;

    facts = bytes_u8(bytes);
    event->report.is_extfn = facts & 1U;
    event->report.is_virtfn = facts & 2U;
    if ( event->report.is_virtfn )
    {
        uint32_t physfn = place(bytes);

        event->report.physfn_bus = XPCI_BUS(physfn);
        event->report.physfn_devfn = XPCI_DEVFN(physfn);
    }
    if ( facts & 4U )
        event->report.node = facts >> 6;
    if ( facts & 8U )
        event->fail_at = 1U + (facts >> 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct trial trial;
    struct bytes bytes = { data, size < FUZZ_MOST ? size : FUZZ_MOST };
    unsigned int events;

    if ( !trial_init(&trial) )
        fuzz_found("%s", trial.difference);
    for ( events = 0; bytes.left && events < EVENTS_MOST; events++ )
    {
        struct event event;
        char text[256];

        read_event(&bytes, &event);
        if ( trial_apply(&trial, &event) )
            continue;
        event_describe(&event, text, sizeof(text));
        fuzz_found("event %u, %s: %s", events, text, trial.difference);
    }
    if ( !trial_dispose(&trial) )
        fuzz_found("at the end: %s", trial.difference);

    return 0;
}
