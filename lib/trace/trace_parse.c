/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One line of a trace, word by word.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "ownership.h"
#include "trace_parse.h"

#define NODES_MOST 0x10000UL
#define COUNT_MOST 1000000000UL
#define ERRNO_MOST 4095

/* Where a trace gives no IDs; what is of another type is another device. */
#define DEFAULT_VENDOR 0x1af4U
#define DEFAULT_DEVICE 0x1000U

int trace_bad_line(const struct trace_words *words, const char *found,
                   const char *expected)
{
    return message_unexpected(words->message, words->name, words->line, found,
                              "%s", expected);
}

/* `found` is a word; NULL: the line ends. */
static int bad(const struct trace_words *words, const char *found,
               const char *expected)
{
    char quoted[64];

    snprintf(quoted, sizeof(quoted), found ? "\"%.60s\"" : "%s",
             found ? found : "the end of the line");

    return trace_bad_line(words, quoted, expected);
}

static const char *peek(const struct trace_words *words)
{
    return words->next < words->count ? words->word[words->next] : NULL;
}

static const char *take(struct trace_words *words)
{
    return words->next < words->count ? words->word[words->next++] : NULL;
}

/* Exactly `digits` hex digits. */
static bool parse_hex(const char *text, size_t digits, uint32_t *value)
{
    if ( strlen(text) != digits ||
         strspn(text, "0123456789abcdefABCDEF") != digits )
        return false;
    *value = (uint32_t)strtoul(text, NULL, 16);

    return true;
}

static bool parse_decimal(const char *text, unsigned long most,
                          unsigned long *value)
{
    if ( !*text || strlen(text) > 10 ||
         strspn(text, "0123456789") != strlen(text) )
        return false;
    *value = strtoul(text, NULL, 10);

    return *value <= most;
}

static int parse_sbdf(struct trace_words *words, uint32_t *sbdf)
{
    const char *word = take(words);
    int rc = word ? xpci_sbdf_parse(word, sbdf) : -EINVAL;

    if ( rc == -ERANGE )
        return bad(words, word, "a segment up to ffff");

    return rc ? bad(words, word, "an SBDF such as 0000:00:1c.0") : 0;
}

/* What follows `name=` in `word`; NULL: it is something else. */
static const char *value_of(const char *word, const char *name)
{
    size_t length = strlen(name);

    return !strncmp(word, name, length) && word[length] == '='
               ? word + length + 1
               : NULL;
}

/* A `name=` that may come once.  `*seen` keeps whether it has. */
static int once(const struct trace_words *words, const char *word, bool *seen)
{
    if ( *seen )
        return bad(words, word, "each word once");
    *seen = true;

    return 0;
}

static int parse_type(struct trace_words *words, enum xpci_type *type)
{
    const char *word = take(words);
    unsigned int i;

    for ( i = 0; word && i < XPCI_TYPES; i++ )
        if ( !strcmp(word, xpci_type_name(i)) )
        {
            *type = i;
            return 0;
        }

    return bad(words, word, "a type of device such as root-port or endpoint");
}

bool trace_type_is_bridge(enum xpci_type type)
{
    switch ( type )
    {
    case XPCI_TYPE_ROOT_PORT:
    case XPCI_TYPE_UPSTREAM_PORT:
    case XPCI_TYPE_DOWNSTREAM_PORT:
    case XPCI_TYPE_PCIE_TO_PCI_BRIDGE:
    case XPCI_TYPE_PCI_TO_PCIE_BRIDGE:
    case XPCI_TYPE_PCI_BRIDGE:
    case XPCI_TYPE_CARDBUS_BRIDGE:
        return true;
    default:
        return false;
    }
}

static uint32_t default_class(enum xpci_type type)
{
    switch ( type )
    {
    case XPCI_TYPE_HOST_BRIDGE:
        return 0x060000;
    case XPCI_TYPE_CARDBUS_BRIDGE:
        return 0x060700;
    case XPCI_TYPE_RCIEP:
        return 0x088000; /* a system peripheral */
    case XPCI_TYPE_RCEC:
        return 0x080700;
    default:
        return trace_type_is_bridge(type) ? 0x060400 : 0x020000;
    }
}

/* A hex field of `config`: 1 taken, 0 another word, or an error. */
static int config_field(const struct trace_words *words, const char *word,
                        const char *name, size_t digits, bool *seen,
                        uint32_t *field)
{
    const char *value = value_of(word, name);
    int rc;

    if ( !value )
        return 0;
    rc = once(words, word, seen);
    if ( rc )
        return rc;
    if ( parse_hex(value, digits, field) )
        return 1;

    return digits == 2   ? bad(words, word, "two hex digits")
           : digits == 4 ? bad(words, word, "four hex digits")
                         : bad(words, word, "six hex digits");
}

enum config_word {
    CONFIG_SECONDARY,
    CONFIG_SUBORDINATE,
    CONFIG_VENDOR,
    CONFIG_DEVICE,
    CONFIG_CLASS,
    CONFIG_WORDS
};

static int parse_config_words(struct trace_words *words, uint32_t *value,
                              bool *seen, bool *is_pf)
{
    static const struct {
        const char *name;
        size_t digits;
    } fields[CONFIG_WORDS] = {
        [CONFIG_SECONDARY] = { "secondary", 2 },
        [CONFIG_SUBORDINATE] = { "subordinate", 2 },
        [CONFIG_VENDOR] = { "vendor", 4 },
        [CONFIG_DEVICE] = { "device", 4 },
        [CONFIG_CLASS] = { "class", 6 },
    };
    const char *word;

    while ( (word = take(words)) )
    {
        int rc = 0;
        unsigned int i;

        for ( i = 0; !rc && i < CONFIG_WORDS; i++ )
            rc = config_field(words, word, fields[i].name, fields[i].digits,
                              &seen[i], &value[i]);
        if ( !rc && !strcmp(word, "pf") )
            rc = *is_pf ? bad(words, word, "each word once") : 1;
        if ( !rc )
            rc = bad(words, word,
                     "secondary=, subordinate=, vendor=, device=, class= or "
                     "pf");
        if ( rc < 0 )
            return rc;
        if ( !strcmp(word, "pf") )
            *is_pf = true;
    }

    return 0;
}

static int parse_config(struct trace_words *words,
                        struct trace_statement *statement)
{
    struct trace_function *function = &statement->u.function;
    uint32_t value[CONFIG_WORDS] = { 0, 0, DEFAULT_VENDOR, 0, 0 };
    bool seen[CONFIG_WORDS] = { false };
    int rc = parse_sbdf(words, &statement->sbdf);

    if ( !rc )
        rc = parse_type(words, &function->type);
    if ( rc )
        return rc;

    value[CONFIG_CLASS] = default_class(function->type);
    value[CONFIG_DEVICE] = DEFAULT_DEVICE + function->type;
    rc = parse_config_words(words, value, seen, &function->is_pf);
    if ( rc )
        return rc;
    if ( seen[CONFIG_SECONDARY] != seen[CONFIG_SUBORDINATE] )
        return bad(words, seen[CONFIG_SECONDARY] ? "secondary" : "subordinate",
                   "both, secondary= and subordinate=");
    if ( seen[CONFIG_SECONDARY] && !trace_type_is_bridge(function->type) )
        return bad(words, "secondary", "bus numbers for bridges only");
    if ( function->is_pf && trace_type_is_bridge(function->type) )
        return bad(words, "pf", "a PF that is no bridge");

    function->secondary = (uint8_t)value[CONFIG_SECONDARY];
    function->subordinate = (uint8_t)value[CONFIG_SUBORDINATE];
    function->vendor = (uint16_t)value[CONFIG_VENDOR];
    function->device = (uint16_t)value[CONFIG_DEVICE];
    function->class_code = value[CONFIG_CLASS];

    return 0;
}

static int parse_virtfn(const struct trace_words *words, const char *word,
                        const char *value, struct xpci_report *report)
{
    uint32_t physfn;

    /* The PF is in the VF's segment, so none is written. */
    if ( strchr(value, ':') != strrchr(value, ':') ||
         xpci_sbdf_parse(value, &physfn) )
        return bad(words, word, "virtfn=BB:DD.F");
    report->is_virtfn = true;
    report->physfn_bus = XPCI_BUS(physfn);
    report->physfn_devfn = XPCI_DEVFN(physfn);

    return 0;
}

/* One word of what dom0 says about a device that it reports. */
static int parse_report_word(struct trace_words *words,
                             struct xpci_report *report)
{
    const char *word = take(words);
    const char *virtfn = value_of(word, "virtfn");
    const char *node = value_of(word, "node");
    unsigned long number;

    if ( virtfn && !report->is_virtfn )
        return parse_virtfn(words, word, virtfn, report);
    if ( node && report->node == XPCI_NO_NODE )
    {
        if ( !parse_decimal(node, NODES_MOST, &number) )
            return bad(words, word, "node= and a decimal number");
        report->node = (uint32_t)number;
        return 0;
    }
    if ( !strcmp(word, "extfn") && !report->is_extfn )
    {
        report->is_extfn = true;
        return 0;
    }

    return bad(words, word,
               virtfn || node || !strcmp(word, "extfn")
                   ? "each word once"
                   : "virtfn=, extfn, node=, = or the end of the line");
}

/* 0 or a negative errno's name. */
static bool parse_rc(const char *text, long *rc)
{
    int error;

    if ( !strcmp(text, "0") )
    {
        *rc = 0;
        return true;
    }
    for ( error = 1; *text == '-' && error < ERRNO_MOST; error++ )
    {
        const char *name = strerrorname_np(error);

        if ( name && !strcmp(text + 1, name) )
        {
            *rc = -error;
            return true;
        }
    }

    return false;
}

static int parse_expected_value(struct trace_words *words,
                                struct trace_statement *statement)
{
    const char *word = take(words);
    unsigned long count;
    uint16_t owner;

    switch ( statement->verb )
    {
    case TRACE_ALIAS:
        statement->expects_none = word && !strcmp(word, "none");
        if ( !statement->expects_none &&
             (!word || xpci_sbdf_parse(word, &statement->expected_alias)) )
            return bad(words, word, "an SBDF or none");
        return 0;
    case TRACE_OWNER:
        if ( !word || ownership_parse(word, &owner) )
            return bad(words, word, "an owner such as dom1 or quarantine");
        statement->expected = owner;
        return 0;
    case TRACE_CHECK:
        if ( !word || !parse_decimal(word, COUNT_MOST, &count) )
            return bad(words, word, "a number of problems");
        statement->expected = (long)count;
        return 0;
    default:
        if ( !word || !parse_rc(word, &statement->expected) )
            return bad(words, word, "0 or an error such as -ENODEV");
        return 0;
    }
}

static int parse_expected(struct trace_words *words,
                          struct trace_statement *statement)
{
    const char *word = peek(words);
    int rc;

    if ( !word || strcmp(word, "=") )
        return 0;
    take(words);
    statement->expects = true;
    rc = parse_expected_value(words, statement);

    return rc;
}

static int parse_scan(struct trace_words *words,
                      struct trace_statement *statement)
{
    const char *word = take(words);
    uint32_t segment;

    if ( !word || !parse_hex(word, 4, &segment) )
        return bad(words, word, "a segment as four hex digits");
    statement->sbdf = XPCI_SBDF(segment, 0, 0);

    return 0;
}

static int parse_add(struct trace_words *words,
                     struct trace_statement *statement)
{
    int rc = parse_sbdf(words, &statement->sbdf);

    statement->u.report.node = XPCI_NO_NODE;
    while ( !rc && peek(words) && strcmp(peek(words), "=") )
        rc = parse_report_word(words, &statement->u.report);

    return rc ? rc : parse_expected(words, statement);
}

static int parse_device_statement(struct trace_words *words,
                                  struct trace_statement *statement)
{
    int rc = parse_sbdf(words, &statement->sbdf);

    return rc ? rc : parse_expected(words, statement);
}

static int parse_domain(struct trace_words *words, uint16_t *domain)
{
    const char *word = take(words);

    if ( !word || ownership_parse(word, domain) || *domain == XPCI_OWNER_XEN ||
         *domain == XPCI_OWNER_DOM0 )
        return bad(words, word, "a domain such as dom1, or quarantine");

    return 0;
}

static int parse_assign(struct trace_words *words,
                        struct trace_statement *statement)
{
    int rc = parse_sbdf(words, &statement->sbdf);

    if ( !rc )
        rc = parse_domain(words, &statement->u.domain);

    return rc ? rc : parse_expected(words, statement);
}

static int parse_destroy(struct trace_words *words,
                         struct trace_statement *statement)
{
    return parse_domain(words, &statement->u.domain);
}

static int parse_gone(struct trace_words *words,
                      struct trace_statement *statement)
{
    return parse_sbdf(words, &statement->sbdf);
}

static int parse_dump(struct trace_words *words,
                      struct trace_statement *statement)
{
    (void)words;
    (void)statement;

    return 0;
}

int trace_parse_statement(struct trace_words *words,
                          struct trace_statement *statement)
{
    static const struct {
        const char *name;
        enum trace_verb verb;
        int (*parse)(struct trace_words *words,
                     struct trace_statement *statement);
    } verbs[] = {
        { "config", TRACE_CONFIG, parse_config },
        { "gone", TRACE_GONE, parse_gone },
        { "scan", TRACE_SCAN, parse_scan },
        { "add", TRACE_ADD, parse_add },
        { "remove", TRACE_REMOVE, parse_device_statement },
        { "reset", TRACE_RESET, parse_device_statement },
        { "assign", TRACE_ASSIGN, parse_assign },
        { "deassign", TRACE_DEASSIGN, parse_device_statement },
        { "destroy", TRACE_DESTROY, parse_destroy },
        { "owner", TRACE_OWNER, parse_device_statement },
        { "alias", TRACE_ALIAS, parse_device_statement },
        { "check", TRACE_CHECK, parse_expected },
        { "dump", TRACE_DUMP, parse_dump },
    };
    const char *word = take(words);
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(verbs); i++ )
    {
        int rc;

        if ( strcmp(word, verbs[i].name) )
            continue;
        statement->verb = verbs[i].verb;
        rc = verbs[i].parse(words, statement);
        if ( rc )
            return rc;
        return peek(words) ? bad(words, peek(words), "the end of the line") : 0;
    }

    return bad(words, word,
               "config, gone, scan, add, remove, reset, assign, deassign, "
               "destroy, owner, alias, check or dump");
}
