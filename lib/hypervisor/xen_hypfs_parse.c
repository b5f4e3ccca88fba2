/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The texts of a page: from lines to records.
 */
#include "xen_hypfs.h"
#include "xen_hypfs_words.h"

static uint8_t read_type(struct words *words)
{
    const char *value = words_value(words, "type");
    unsigned int type;

    for ( type = 0; type < XPCI_TYPES; type++ )
    {
        if ( !strcmp(value, xpci_type_name(type)) )
            return type;
    }
    words_fail(words, value, "a device type");

    return XPCI_TYPE_UNKNOWN;
}

static const struct {
    const char *word;
    uint8_t flag;
} flag_words[] = {
    { "virtfn", XPCI_VIRTFN },        { "extfn", XPCI_EXTFN },
    { "bridge", XPCI_BRIDGE },        { "configured", XPCI_CONFIGURED },
    { "conflict", XPCI_CONFLICT },    { "stale", XPCI_STALE },
    { "way-only", XPCI_BRIDGE_ONLY },
};

static uint8_t read_flag(struct words *words, const char *word, size_t length)
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(flag_words); i++ )
    {
        if ( strlen(flag_words[i].word) == length &&
             !memcmp(word, flag_words[i].word, length) )
            return flag_words[i].flag;
    }
    words_fail(words, word, "words for flags, separated by commas, or -");

    return 0;
}

static uint8_t read_flags(struct words *words)
{
    const char *at = words_value(words, "flags");
    uint8_t flags = 0;

    if ( words_is_none(words, "flags") )
        return 0;
    while ( !words->rc )
    {
        size_t length = strcspn(at, ",");

        flags |= read_flag(words, at, length);
        if ( !at[length] )
            break;
        at += length + 1;
    }

    return flags;
}

static uint32_t read_node(struct words *words)
{
    const char *value = words_value(words, "node");
    uint32_t node = XPCI_NO_NODE;

    if ( !words_is_none(words, "node") && words_decimal(value, &node) )
        words_fail(words, value, "a decimal number, or -, as node");

    return node;
}

/* What the flags say and what the other words say go together. */
static void check_device(struct words *words,
                         const struct xpci_device_info *info)
{
    bool has_numbers = !words_is_none(words, "secondary");

    if ( words->rc )
        return;
    if ( has_numbers != !!(info->flags & XPCI_BRIDGE) ||
         has_numbers == words_is_none(words, "subordinate") )
        words_fail(words, words_value(words, "secondary"),
                   "bus numbers of a bridge, and of nothing else");
    if ( words_is_none(words, "physfn") == !!(info->flags & XPCI_VIRTFN) )
        words_fail(words, words_value(words, "physfn"),
                   "the PF of a VF, and of nothing else");
}

static void read_device(struct words *words, uint16_t segment,
                        struct xpci_device_info *info)
{
    *info = (struct xpci_device_info){
        .sbdf = words_sbdf(words, "sbdf", segment),
        .class_revision =
            words_hex(words, "class", 6) << 8 | words_hex(words, "revision", 2),
        .vendor = words_hex(words, "vendor", 4),
        .device = words_hex(words, "device", 4),
        .type = read_type(words),
        .flags = read_flags(words),
        .primary = words_hex_or_none(words, "primary", 2),
        .secondary = words_hex_or_none(words, "secondary", 2),
        .subordinate = words_hex_or_none(words, "subordinate", 2),
        .header_type = words_hex(words, "header", 2),
        .node = read_node(words),
    };
    if ( !words_is_none(words, "physfn") )
        info->physfn = words_sbdf(words, "physfn", segment);
    check_device(words, info);
}

/* A file of which each line is an entry. */
struct listing {
    struct xpci_snapshot *snapshot;
    uint16_t segment;
    struct words words;
    uint32_t last; /* SBDF or bus of the line before */
    bool begun;
};

/* Enters what the current line says.  0, or a negative errno value. */
typedef int take_line(struct listing *listing);

/* Entries are sorted, across the pages of a segment too. */
static bool is_in_order(struct listing *listing, uint32_t now)
{
    struct words *words = &listing->words;

    if ( listing->begun && now <= listing->last && words->count )
        words_fail(words, words->word[0].value,
                   "lines in the order of SBDFs or buses");
    listing->last = now;
    listing->begun = true;

    return !words->rc;
}

static int parse(struct listing *listing, take_line *take, const char *where,
                 const char *text, uint32_t *generation,
                 struct xpci_message *message)
{
    int rc = 0;

    words_init(&listing->words, where, text, message);
    *generation = words_generation(&listing->words);
    while ( !rc && words_next(&listing->words) )
        rc = take(listing);

    return rc ? rc : listing->words.rc;
}

/* What is bridge-only is no known device: see snapshot_take.c. */
static int take_device(struct listing *listing)
{
    struct xpci_device_info info;
    int rc = 0;

    read_device(&listing->words, listing->segment, &info);
    if ( !is_in_order(listing, info.sbdf) )
        return listing->words.rc;
    if ( !(info.flags & XPCI_BRIDGE_ONLY) )
        rc = xpci_snapshot_add_device(listing->snapshot, &info);

    return rc ? rc : xpci_snapshot_add_problem_of(listing->snapshot, &info);
}

int xen_hypfs_parse_devices(struct xpci_snapshot *snapshot, const char *where,
                            uint16_t segment, const char *text,
                            uint32_t *generation, struct xpci_message *message)
{
    struct listing listing = { .snapshot = snapshot, .segment = segment };

    return parse(&listing, take_device, where, text, generation, message);
}

static void read_bus(struct words *words, uint16_t segment,
                     struct xpci_bus_info *info)
{
    *info = (struct xpci_bus_info){
        .segment = segment,
        .bus = words_hex(words, "bus", 2),
        .has_upstream = !words_is_none(words, "alias"),
        .bridge = words_sbdf(words, "bridge", segment),
    };
    if ( !info->has_upstream )
        return;
    info->upstream = words_sbdf(words, "alias", segment);
    info->secondary = words_hex(words, "secondary", 2);
}

static int take_bus(struct listing *listing)
{
    struct xpci_bus_info info;

    read_bus(&listing->words, listing->segment, &info);
    if ( !is_in_order(listing, info.bus) )
        return listing->words.rc;

    return xpci_snapshot_add_bus(listing->snapshot, &info);
}

int xen_hypfs_parse_buses(struct xpci_snapshot *snapshot, const char *where,
                          uint16_t segment, const char *text,
                          uint32_t *generation, struct xpci_message *message)
{
    struct listing listing = { .snapshot = snapshot, .segment = segment };

    return parse(&listing, take_bus, where, text, generation, message);
}
