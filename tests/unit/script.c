/* SPDX-License-Identifier: GPL-2.0-only */
#include <xen-pci/process.h>

#include "script.h"

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "../model/listing.h"

void machine_init(struct machine *machine)
{
    memset(machine, 0, sizeof(*machine));
    world_init(&machine->world);
    test_host_init(&machine->host, &machine->world);
    if ( xpci_create(&machine->xpci, &machine->host.host) )
        errx(1, "xpci_create failed");
    machine->host.xpci = machine->xpci;
    machine->host.tracks = true;
}

void machine_dispose(struct machine *machine)
{
    xpci_dispose(machine->xpci);
    machine->xpci = NULL;
    CU_ASSERT_EQUAL(machine->host.allocated, 0);
    CU_ASSERT_EQUAL(machine->host.blocks, 0);
    CU_ASSERT_EQUAL(machine->host.lock_errors, 0);
    test_host_dispose(&machine->host);
    world_dispose(&machine->world);
}

static int operate(struct machine *machine, const struct event *event)
{
    int rc = 0;

    test_host_forget(&machine->host);
    machine->host.locked = true;
    if ( event->kind == EVENT_SCAN_DEVICE )
        rc = xpci_scan_device(machine->xpci, event->sbdf);
    else if ( event->kind == EVENT_SCAN_SEGMENT )
        rc = xpci_scan_segment(machine->xpci, XPCI_SEGMENT(event->sbdf));
    else if ( event->kind == EVENT_ADD )
        rc = xpci_add(machine->xpci, event->sbdf, &event->report);
    else if ( event->kind == EVENT_REMOVE )
        rc = xpci_remove(machine->xpci, event->sbdf);
    else if ( event->kind == EVENT_RESET )
        rc = xpci_reset(machine->xpci, event->sbdf);
    else if ( event->kind == EVENT_DEPART )
        rc = xpci_depart(machine->xpci, event->sbdf);
    else
    {
        xpci_refuse(machine->xpci, event->sbdf);
        test_host_refused(&machine->host, event->sbdf);
    }
    machine->host.locked = false;
    test_host_adopt(&machine->host);
    return rc;
}

int machine_add(struct machine *machine, uint32_t sbdf)
{
    struct event event = small_event(EVENT_ADD, sbdf);

    return operate(machine, &event);
}

int machine_add_vf(struct machine *machine, uint32_t sbdf, uint32_t physfn)
{
    struct event event = small_event(EVENT_ADD, sbdf);

    event.report.is_virtfn = true;
    event.report.physfn_bus = XPCI_BUS(physfn);
    event.report.physfn_devfn = XPCI_DEVFN(physfn);
    return operate(machine, &event);
}

/* --- Reading steps ----------------------------------------------------- */

static uint32_t parse_bdf(const char *text)
{
    unsigned int bus;
    unsigned int slot;
    unsigned int function;

    if ( sscanf(text, "%x:%x.%x", &bus, &slot, &function) != 3 || bus > 0xff ||
         slot > 0x1f || function > 7 )
        errx(1, "a step has '%s' for a BB:DD.F", text);
    return XPCI_SBDF(0, bus, slot << 3 | function);
}

static void configure(struct machine *machine, const char *bdf, char type,
                      const char *secondary, const char *subordinate)
{
    struct small_function function = {
        .sbdf = parse_bdf(bdf),
        .type = type,
        .secondary = (uint8_t)strtoul(secondary, NULL, 16),
        .subordinate = (uint8_t)strtoul(subordinate, NULL, 16),
    };
    struct event event = small_config(&function);

    world_set(&machine->world, &event.function);
}

static const struct {
    const char *word;
    enum event_kind kind;
} operations[] = {
    { "scan", EVENT_SCAN_DEVICE },
    { "add", EVENT_ADD },
    { "ext", EVENT_ADD },
    { "vf", EVENT_ADD },
    { "remove", EVENT_REMOVE },
    { "reset", EVENT_RESET },
    { "refuse", EVENT_REFUSE },
    { "depart", EVENT_DEPART },
    { "scanall", EVENT_SCAN_SEGMENT },
};

static void check(struct machine *machine, const char *step)
{
    const char *rule = "?";
    char text[256];

    if ( !xpci_is_valid(machine->xpci, &rule) )
    {
        printf("\n    after '%s' the tables are not valid: %s\n", step, rule);
        machine->failures++;
    }
    if ( !test_host_is_sound(&machine->host, text, sizeof(text)) )
    {
        printf("\n    after '%s' %s\n", step, text);
        machine->failures++;
    }
}

static void returned(struct machine *machine, const char *step, int rc,
                     int expected)
{
    machine->rc = rc;
    if ( rc != expected && !machine->any_rc )
    {
        printf("\n    '%s' returned %d\n", step, rc);
        machine->failures++;
    }
    check(machine, step);
}

static void run_operation(struct machine *machine, const char *step,
                          char words[4][16], int expected)
{
    struct event event;
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(operations); i++ )
        if ( !strcmp(words[0], operations[i].word) )
            break;
    if ( i == ARRAY_SIZE(operations) )
        errx(1, "no step is called '%s'", words[0]);
    event = small_event(operations[i].kind, parse_bdf(words[1]));
    event.report.is_extfn = !strcmp(words[0], "ext");
    if ( !strcmp(words[0], "vf") )
    {
        event.report.is_virtfn = true;
        event.report.physfn_bus = XPCI_BUS(parse_bdf(words[2]));
        event.report.physfn_devfn = XPCI_DEVFN(parse_bdf(words[2]));
    }
    returned(machine, step, operate(machine, &event), expected);
}

/* What a toolstack or a driver does; false: the step is no such thing. */
static bool run_toolstack(struct machine *machine, const char *step,
                          char words[4][16], int expected)
{
    struct test_host *host = &machine->host;
    int rc = 0;

    if ( !strcmp(words[0], "assign") )
        rc = test_host_assign(host, parse_bdf(words[1]),
                              (uint16_t)strtoul(words[2], NULL, 10));
    else if ( !strcmp(words[0], "deassign") )
        rc = test_host_deassign(host, parse_bdf(words[1]));
    else if ( !strcmp(words[0], "destroy") )
        test_host_destroy(host, (uint16_t)strtoul(words[1], NULL, 10));
    else if ( !strcmp(words[0], "bind") )
        rc = interrupts_bind(&host->interrupts, parse_bdf(words[1]));
    else if ( !strcmp(words[0], "unbind") )
        interrupts_release(&host->interrupts, parse_bdf(words[1]));
    else
        return false;
    returned(machine, step, rc, expected);
    return true;
}

static void run_step(struct machine *machine, const char *step)
{
    char words[4][16] = { "", "", "", "" };
    const char *equals = strchr(step, '=');
    int expected = 0;

    if ( sscanf(step, "%15s %15s %15s %15s", words[0], words[1], words[2],
                words[3]) < 2 )
        errx(1, "the step '%s' is too short", step);
    if ( equals )
        expected = (int)strtol(equals + 1, NULL, 10);
    if ( !strcmp(words[0], "gone") )
        world_clear(&machine->world, parse_bdf(words[1]));
    else if ( strchr(words[0], ':') )
        configure(machine, words[0], words[1][0], words[2], words[3]);
    else if ( !run_toolstack(machine, step, words, expected) )
        run_operation(machine, step, words, expected);
}

void machine_run(struct machine *machine, const char *steps)
{
    char step[96];
    size_t length;

    for ( ; *steps; steps += length + (steps[length] == ';') )
    {
        length = strcspn(steps, ";");
        if ( length >= sizeof(step) )
            errx(1, "a step of '%s' is too long", steps);
        memcpy(step, steps, length);
        step[length] = '\0';
        if ( step[strspn(step, " ")] )
            run_step(machine, step);
    }
}

/* --- Saying what there is ---------------------------------------------- */

static void __attribute__((format(printf, 2, 3)))
say(char *text, const char *format, ...)
{
    size_t length = strlen(text);
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text + length, SCRIPT_TEXT - length, format, arguments);
    va_end(arguments);
}

static void say_bdf(char *text, uint32_t sbdf)
{
    say(text, "%02x:%02x.%x", XPCI_BUS(sbdf), XPCI_DEV(sbdf), XPCI_FUNC(sbdf));
}

static void say_owner(char *text, uint16_t owner)
{
    if ( owner == XPCI_OWNER_QUARANTINE )
        say(text, "@io");
    else if ( owner != XPCI_OWNER_DOM0 && owner != XPCI_OWNER_UNKNOWN )
        say(text, "@%u", owner);
}

static void list(const struct machine *machine, struct listing *listing)
{
    listing_init(listing);
    if ( !listing_from_core(listing, machine->xpci) )
        CU_FAIL("a walk failed");
}

void machine_devices(const struct machine *machine, char *text)
{
    struct listing listing;
    size_t i;

    text[0] = '\0';
    list(machine, &listing);
    for ( i = 0; i < listing.device_count; i++ )
    {
        unsigned int flags = listing.devices[i].flags;

        say(text, "%s", i ? " " : "");
        say_bdf(text, listing.devices[i].sbdf);
        if ( (flags & (XPCI_BRIDGE | XPCI_CONFIGURED)) == XPCI_BRIDGE )
            say(text, "-");
        say(text, "%s%s%s%s%s%s%s%s", flags & XPCI_CONFLICT ? "!" : "",
            flags & XPCI_STALE ? "?" : "", flags & XPCI_BRIDGE_ONLY ? "*" : "",
            flags & XPCI_VIRTFN ? "v" : "", flags & XPCI_EXTFN ? "x" : "",
            flags & XPCI_DISPLACED ? "^" : "", flags & XPCI_CHANGED ? "%" : "",
            flags & XPCI_QUARANTINED ? "q" : "");
        say_owner(text, listing.devices[i].owner);
    }
    listing_dispose(&listing);
}

void machine_buses(const struct machine *machine, char *text)
{
    struct listing listing;
    size_t i;

    text[0] = '\0';
    list(machine, &listing);
    for ( i = 0; i < listing.bus_count; i++ )
    {
        say(text, "%s%x>", i ? " " : "", listing.buses[i].bus);
        say_bdf(text, listing.buses[i].bridge);
        if ( !listing.buses[i].has_upstream )
            continue;
        say(text, "~");
        say_bdf(text, listing.buses[i].upstream);
    }
    listing_dispose(&listing);
}

void machine_left(const struct machine *machine, char *text)
{
    size_t i;

    text[0] = '\0';
    for ( i = 0; i < machine->host.removed.count; i++ )
    {
        say(text, "%s", i ? " " : "");
        say_bdf(text, machine->host.removed.entries[i].sbdf);
    }
}

static bool populated(const struct listing *listing, unsigned int bus)
{
    size_t i;

    for ( i = 0; i < listing->device_count; i++ )
        if ( XPCI_BUS(listing->devices[i].sbdf) == bus &&
             !(listing->devices[i].flags & XPCI_BRIDGE_ONLY) )
            return true;
    return false;
}

void machine_remapped(const struct machine *machine, char *text)
{
    const struct test_host *host = &machine->host;
    struct listing listing;
    unsigned int bus;
    size_t i;

    text[0] = '\0';
    list(machine, &listing);
    for ( bus = 0; bus < 256; bus++ )
        for ( i = 0; i < host->remap_count; i++ )
            if ( xpci_bus_set_has(&host->remaps[i].buses, bus) &&
                 populated(&listing, bus) )
            {
                say(text, "%s%x", text[0] ? " " : "", bus);
                break;
            }
    listing_dispose(&listing);
}

/* --- Cases ------------------------------------------------------------- */

static void compare(const struct machine *machine,
                    const struct script_case *row, const char *what,
                    void (*tell)(const struct machine *, char *),
                    const char *expected)
{
    char text[SCRIPT_TEXT];

    if ( !expected )
        return;
    tell(machine, text);
    if ( strcmp(text, expected) )
    {
        printf("\n    %s: %s\n      expected '%s'\n      but have '%s'\n",
               row->name, what, expected, text);
        CU_FAIL("the tables are not what they should be");
    }
    else
        CU_PASS("as expected");
}

void script_run(const struct script_case *cases, size_t count)
{
    struct machine machine;
    size_t i;

    CU_ASSERT(count > 0);
    for ( i = 0; i < count; i++ )
    {
        machine_init(&machine);
        machine_run(&machine, cases[i].steps);
        if ( machine.failures )
            printf("    in: %s\n", cases[i].name);
        CU_ASSERT_EQUAL(machine.failures, 0);
        compare(&machine, &cases[i], "left", machine_left, cases[i].left);
        compare(&machine, &cases[i], "remapped", machine_remapped,
                cases[i].remapped);
        compare(&machine, &cases[i], "devices", machine_devices,
                cases[i].devices);
        compare(&machine, &cases[i], "buses", machine_buses, cases[i].buses);
        machine_dispose(&machine);
    }
}
