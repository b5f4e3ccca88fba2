/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The texts of a page: lines of key=value words, read strictly, and the records
 * that they are.
 */
#include <ctype.h>
#include <stdlib.h>

#include "message.h"
#include "ownership.h"
#include "xen_hypfs.h"

#define WORDS_LINE 1024
#define WORDS_MAX 48

/*
 * A text that is read line by line.  The first error stays: the readers do
 * nothing and return zeroes once `rc` is set, so that a line's fields can be
 * read one after the other and asked about once.
 */
struct words {
    const char *where;
    const char *next; /* the rest of the text */
    unsigned int line;
    char text[WORDS_LINE]; /* the present line, cut at its spaces and '=' */
    struct {
        const char *key;
        const char *value;
    } word[WORDS_MAX];
    unsigned int count;
    struct xpci_message *message;
    int rc;
};

static void words_init(struct words *words, const char *where, const char *text,
                       struct xpci_message *message)
{
    memset(words, 0, sizeof(*words));
    words->where = where;
    words->next = text;
    words->message = message;
}

/* Set the error: what was found and what was expected, in words. */
static void words_fail(struct words *words, const char *found,
                       const char *expected)
{
    char shown[41];
    size_t i;

    if ( words->rc )
        return;
    words->rc = -EINVAL;
    /* What was found is anybody's bytes. */
    for ( i = 0; i + 1 < sizeof(shown) && found[i]; i++ )
        shown[i] = isprint((unsigned char)found[i]) ? found[i] : '?';
    shown[i] = '\0';
    message_set(words->message, "%s:%u: found \"%s\", expected %s",
                words->where, words->line, shown, expected);
}

/* Copy the next line, without its newline, to `words->text`. */
static bool take_line(struct words *words)
{
    const char *end;
    size_t length;

    if ( words->rc || !*words->next )
        return false;
    words->line++;
    end = strchr(words->next, '\n');
    if ( !end )
    {
        words_fail(words, words->next, "a line that ends in a newline");
        return false;
    }
    length = end - words->next;
    if ( length >= sizeof(words->text) )
    {
        words_fail(words, words->next, "a line of less than 1024 characters");
        return false;
    }
    memcpy(words->text, words->next, length);
    words->text[length] = '\0';
    words->next = end + 1;

    return true;
}

/* Cut `text` at the first `at`; what comes after it, or NULL. */
static char *cut(char *text, char at)
{
    char *found = strchr(text, at);

    if ( !found )
        return NULL;
    *found = '\0';

    return found + 1;
}

static bool words_has(const struct words *words, const char *key)
{
    unsigned int i;

    for ( i = 0; i < words->count; i++ )
    {
        if ( !strcmp(words->word[i].key, key) )
            return true;
    }

    return false;
}

/* The next line, cut into words: true, or false at the end or on an error. */
static bool words_next(struct words *words)
{
    char *word, *rest, *value;

    words->count = 0;
    if ( !take_line(words) )
        return false;
    for ( word = words->text; word; word = rest )
    {
        rest = cut(word, ' ');
        value = cut(word, '=');
        if ( !value || !*word || !*value )
            words_fail(words, word, "key=value");
        else if ( words->count == WORDS_MAX )
            words_fail(words, word, "at most 48 words in a line");
        else if ( words_has(words, word) )
            words_fail(words, word, "each key once");
        if ( words->rc )
            return false;
        words->word[words->count].key = word;
        words->word[words->count++].value = value;
    }

    return true;
}

int xen_hypfs_decimal(const char *text, uint32_t *value)
{
    unsigned long long number = 0;
    const char *at;

    for ( at = text; *at >= '0' && *at <= '9' && number <= UINT32_MAX; at++ )
        number = number * 10 + (*at - '0');
    if ( at == text || *at || number > UINT32_MAX )
        return -EINVAL;
    *value = number;

    return 0;
}

/* The first line, "generation N". */
static uint32_t words_generation(struct words *words)
{
    static const char keyword[] = "generation ";
    uint32_t generation = 0;

    if ( !take_line(words) )
    {
        words->line = 1;
        words_fail(words, words->next, "a first line \"generation N\"");
        return 0;
    }
    if ( strncmp(words->text, keyword, strlen(keyword)) ||
         xen_hypfs_decimal(words->text + strlen(keyword), &generation) )
        words_fail(words, words->text, "\"generation N\"");

    return generation;
}

/* A value of the present line; an error where its key is not there. */
static const char *words_value(struct words *words, const char *key)
{
    char expected[64];
    unsigned int i;

    for ( i = 0; i < words->count; i++ )
    {
        if ( !strcmp(words->word[i].key, key) )
            return words->word[i].value;
    }
    snprintf(expected, sizeof(expected), "the key %s", key);
    words_fail(words, words->count ? words->word[0].value : "", expected);

    return "-";
}

static bool words_is_none(struct words *words, const char *key)
{
    return !strcmp(words_value(words, key), "-");
}

/* Exactly `digits` lower-case hex digits. */
static uint32_t words_hex(struct words *words, const char *key,
                          unsigned int digits)
{
    const char *value = words_value(words, key);
    char expected[64];

    if ( !words->rc && (strlen(value) != digits ||
                        strspn(value, "0123456789abcdef") != digits) )
    {
        snprintf(expected, sizeof(expected), "%u lower-case hex digits as %s",
                 digits, key);
        words_fail(words, value, expected);
    }

    return words->rc ? 0 : strtoul(value, NULL, 16);
}

/* The same, or 0 where it is "-". */
static uint32_t words_hex_or_none(struct words *words, const char *key,
                                  unsigned int digits)
{
    return words_is_none(words, key) ? 0 : words_hex(words, key, digits);
}

/* An SBDF in `segment`. */
static uint32_t words_sbdf(struct words *words, const char *key,
                           uint16_t segment)
{
    const char *value = words_value(words, key);
    char expected[64], whole[XPCI_SBDF_LENGTH];
    uint32_t sbdf = 0;

    if ( words->rc )
        return 0;
    if ( xpci_sbdf_parse(value, &sbdf) || XPCI_SEGMENT(sbdf) != segment ||
         strcmp(value, xpci_sbdf_format(whole, sbdf)) )
    {
        snprintf(expected, sizeof(expected), "an SBDF %04x:BB:DD.F as %s",
                 segment, key);
        words_fail(words, value, expected);
    }

    return words->rc ? 0 : sbdf;
}

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
    uint16_t flag;
} flag_words[] = {
    { "virtfn", XPCI_VIRTFN },        { "extfn", XPCI_EXTFN },
    { "bridge", XPCI_BRIDGE },        { "configured", XPCI_CONFIGURED },
    { "conflict", XPCI_CONFLICT },    { "stale", XPCI_STALE },
    { "way-only", XPCI_BRIDGE_ONLY }, { "changed", XPCI_CHANGED },
    { "displaced", XPCI_DISPLACED },  { "quarantined", XPCI_QUARANTINED },
};

static uint16_t read_flag(struct words *words, const char *word, size_t length)
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

static uint16_t read_flags(struct words *words)
{
    const char *at = words_value(words, "flags");
    uint16_t flags = 0;

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

    if ( !words_is_none(words, "node") && xen_hypfs_decimal(value, &node) )
        words_fail(words, value, "a decimal number, or -, as node");

    return node;
}

/* Format 1 does not have the key. */
static uint16_t read_owner(struct words *words)
{
    uint16_t owner = XPCI_OWNER_UNKNOWN;

    if ( words_has(words, "owner") && !words_is_none(words, "owner") &&
         ownership_parse(words_value(words, "owner"), &owner) )
        words_fail(words, words_value(words, "owner"),
                   "dom0, domN, quarantine, xen or -, as owner");

    return owner;
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
        .owner = read_owner(words),
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
typedef int take_entry(struct listing *listing);

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

static int parse(struct listing *listing, take_entry *take, const char *where,
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
