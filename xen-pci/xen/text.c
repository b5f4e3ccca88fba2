/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices, buses and problems as lines: docs/hypfs.md says what they mean.
 */
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
        { XPCI_BRIDGE_ONLY, "way-only" },
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
