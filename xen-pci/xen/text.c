/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices, buses and problems as lines (docs/hypfs.md says what they mean), and
 * all of them on Xen's console (debug key B).
 */
#include <xen/init.h>
#include <xen/keyhandler.h>

#include <xen-pci/version.h>

#include "glue.h"

struct text {
    char *line;
    unsigned int length;
};

static void __attribute__((format(printf, 2, 3)))
put(struct text *text, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vscnprintf(text->line + text->length, XPCI_LINE - text->length,
                        format, arguments);
    va_end(arguments);
    text->length += length;
}

static void put_sbdf(struct text *text, const char *key, bool is_there,
                     uint32_t sbdf)
{
    if ( is_there )
        put(text, "%s=%04x:%02x:%02x.%u ", key, XPCI_SEGMENT(sbdf),
            XPCI_BUS(sbdf), XPCI_DEV(sbdf), XPCI_FUNC(sbdf));
    else
        put(text, "%s=- ", key);
}

static void put_flags(struct text *text, unsigned int flags)
{
    static const struct {
        unsigned int flag;
        const char *word;
    } words[] = {
        { XPCI_VIRTFN, "virtfn" },        { XPCI_EXTFN, "extfn" },
        { XPCI_BRIDGE, "bridge" },        { XPCI_CONFIGURED, "configured" },
        { XPCI_CONFLICT, "conflict" },    { XPCI_STALE, "stale" },
        { XPCI_BRIDGE_ONLY, "way-only" }, { XPCI_CHANGED, "changed" },
        { XPCI_DISPLACED, "displaced" },  { XPCI_QUARANTINED, "quarantined" },
    };
    const char *separator = "";
    unsigned int i;

    put(text, "flags=");
    for ( i = 0; i < ARRAY_SIZE(words); i++ )
        if ( flags & words[i].flag )
        {
            put(text, "%s%s", separator, words[i].word);
            separator = ",";
        }
    put(text, "%s ", *separator ? "" : "-");
}

static void put_owner(struct text *text, unsigned int owner)
{
    switch ( owner )
    {
    case XPCI_OWNER_QUARANTINE:
        put(text, "owner=quarantine ");
        break;

    case XPCI_OWNER_XEN:
        put(text, "owner=xen ");
        break;

    case XPCI_OWNER_UNKNOWN:
        put(text, "owner=- ");
        break;

    default:
        put(text, "owner=dom%u ", owner);
        break;
    }
}

/* The line ends where the last word's space is. */
static unsigned int finish(struct text *text)
{
    text->line[text->length - 1] = '\n';

    return text->length;
}

unsigned int xpci_text_device(char *line, const struct xpci_device_info *info)
{
    struct text text = { line, 0 };

    put_sbdf(&text, "sbdf", true, info->sbdf);
    put(&text, "type=%s class=%06x revision=%02x ", xpci_type_name(info->type),
        info->class_revision >> 8, info->class_revision & 0xffU);
    put(&text, "vendor=%04x device=%04x header=%02x ", info->vendor,
        info->device, info->header_type);
    if ( info->flags & XPCI_BRIDGE )
        put(&text, "primary=%02x secondary=%02x subordinate=%02x ",
            info->primary, info->secondary, info->subordinate);
    else
        put(&text, "primary=- secondary=- subordinate=- ");
    put_flags(&text, info->flags);
    put_sbdf(&text, "physfn", info->flags & XPCI_VIRTFN, info->physfn);
    if ( info->node == XPCI_NO_NODE )
        put(&text, "node=- ");
    else
        put(&text, "node=%u ", info->node);
    put_owner(&text, info->owner);

    return finish(&text);
}

unsigned int xpci_text_bus(char *line, const struct xpci_bus_info *info)
{
    struct text text = { line, 0 };

    put(&text, "bus=%02x ", info->bus);
    put_sbdf(&text, "bridge", true, info->bridge);
    put_sbdf(&text, "alias", info->has_upstream, info->upstream);
    if ( info->has_upstream )
        put(&text, "secondary=%02x ", info->secondary);
    else
        put(&text, "secondary=- ");

    return finish(&text);
}

unsigned int xpci_text_problem(char *line, const struct xpci_device_info *info)
{
    struct text text = { line, 0 };

    put(&text, "kind=%s ", xpci_problem_name(xpci_device_problem(info)));
    put_sbdf(&text, "sbdf", true, info->sbdf);

    return finish(&text);
}

/* The debug key. */

#define KEY 'B'

/* So many at a time, to keep the stack small. */
#define CHUNK 8U

static void print_devices(const struct xpci *xpci, bool problems)
{
    struct xpci_device_info infos[CHUNK];
    struct xpci_walk walk = {};
    char line[XPCI_LINE];

    while ( !walk.done )
    {
        int i, count = xpci_walk_devices(xpci, &walk, infos, CHUNK);

        for ( i = 0; i < count; i++ )
        {
            if ( !problems )
                xpci_text_device(line, &infos[i]);
            else if ( xpci_device_problem(&infos[i]) != XPCI_PROBLEM_NONE )
                xpci_text_problem(line, &infos[i]);
            else
                continue;
            printk("%s", line);
        }
        if ( count < 0 )
            return;
    }
}

static void print_buses(const struct xpci *xpci)
{
    struct xpci_bus_info infos[CHUNK];
    struct xpci_walk walk = {};
    char line[XPCI_LINE];

    while ( !walk.done )
    {
        int i, count = xpci_walk_buses(xpci, &walk, infos, CHUNK);

        for ( i = 0; i < count; i++ )
        {
            xpci_text_bus(line, &infos[i]);
            printk("segment=%04x %s", infos[i].segment, line);
        }
        if ( count < 0 )
            return;
    }
}

static void cf_check print_tables(unsigned char key)
{
    const struct xpci *xpci = xpci_instance();
    const char *rule = "none";

    printk("==== xen-pci %s ====\n", XPCI_VERSION);
    if ( !xpci )
    {
        printk("turned off\n");
        return;
    }

    /* Held all the time, so that nothing changes between the parts. */
    pcidevs_lock();
    printk("generation %u\n", xpci_generation(xpci));
    printk("devices:\n");
    print_devices(xpci, false);
    printk("buses:\n");
    print_buses(xpci);
    printk("problems:\n");
    print_devices(xpci, true);
    if ( !xpci_is_valid(xpci, &rule) )
        printk("broken rule: %s\n", rule);
    pcidevs_unlock();
}

static int __init cf_check register_key(void)
{
    register_keyhandler(KEY, print_tables, "print the PCI topology", true);

    return 0;
}
__initcall(register_key);
