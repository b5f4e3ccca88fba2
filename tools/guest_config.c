/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xl guest configs.  What they say is read by xl's own parser; that one does
 * not tell where in the file something stands, so the strings of the list
 * `pci` are looked for as well, and both have to agree.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libxlutil.h>

#include "array.h"
#include "guests.h"

#define CONFIG_MOST (1U << 20)

/* The strings of the list `pci`, where they stand. */
struct literals {
    struct literal {
        size_t begin;     /* behind the quote */
        size_t end;       /* at the quote */
        size_t statement; /* where the line of its `pci` begins */
        unsigned long line;
    } * items;
    size_t count;
};

/* A text that is read token by token. */
struct scan {
    const char *text;
    size_t size;
    size_t at;
    unsigned long line;
};

enum token {
    TOKEN_END,
    TOKEN_NEWLINE, /* or a semicolon: a statement ends */
    TOKEN_WORD,
    TOKEN_STRING,
    TOKEN_SIGN, /* one other character */
};

/* `*begin` and `*end`: of the word, of the inside of the string. */
static enum token next_token(struct scan *scan, size_t *begin, size_t *end)
{
    const char *text = scan->text;
    char first;

    while ( scan->at < scan->size &&
            (text[scan->at] == ' ' || text[scan->at] == '\t' ||
             text[scan->at] == '\r' || text[scan->at] == '#') )
        if ( text[scan->at++] == '#' )
            while ( scan->at < scan->size && text[scan->at] != '\n' )
                scan->at++;
    if ( scan->at == scan->size )
        return TOKEN_END;
    first = text[scan->at++];
    *begin = scan->at - 1;
    if ( first == '\n' || first == ';' )
    {
        scan->line += first == '\n';
        return TOKEN_NEWLINE;
    }
    if ( first == '\'' || first == '"' )
    {
        *begin = scan->at;
        while ( scan->at < scan->size && text[scan->at] != first &&
                text[scan->at] != '\n' )
            scan->at +=
                text[scan->at] == '\\' && scan->at + 1 < scan->size ? 2 : 1;
        *end = scan->at;
        scan->at += scan->at < scan->size;
        return TOKEN_STRING;
    }
    if ( !isalnum((unsigned char)first) && first != '_' )
        return TOKEN_SIGN;
    while ( scan->at < scan->size &&
            (isalnum((unsigned char)text[scan->at]) || text[scan->at] == '_') )
        scan->at++;
    *end = scan->at;
    return TOKEN_WORD;
}

/* The list behind `pci =` or `pci +=`, to its end. */
static int scan_list(struct scan *scan, struct literals *literals,
                     size_t statement)
{
    unsigned int depth = 0;

    for ( ;; )
    {
        struct literal literal = { .statement = statement, .line = scan->line };
        enum token token = next_token(scan, &literal.begin, &literal.end);
        int sign = token == TOKEN_SIGN ? scan->text[literal.begin] : 0;

        if ( token == TOKEN_END || (token == TOKEN_NEWLINE && !depth) )
            return 0;
        if ( sign == '=' && !depth && literal.begin &&
             scan->text[literal.begin - 1] != '+' )
            literals->count = 0;
        depth += sign == '[';
        depth -= sign == ']' && depth;
        if ( token == TOKEN_STRING && depth &&
             !ARRAY_APPEND(literals->items, literals->count, literal) )
            return -ENOMEM;
    }
}

static int find_literals(struct literals *literals, const char *text,
                         size_t size)
{
    struct scan scan = { .text = text, .size = size, .line = 1 };
    bool at_start = true;
    size_t begin, end = 0;
    enum token token;
    int rc = 0;

    while ( !rc && (token = next_token(&scan, &begin, &end)) != TOKEN_END )
    {
        if ( at_start && token == TOKEN_WORD && end - begin == 3 &&
             !memcmp(text + begin, "pci", 3) )
        {
            while ( begin && text[begin - 1] != '\n' )
                begin--;
            rc = scan_list(&scan, literals, begin);
            at_start = true;
            continue;
        }
        at_start = token == TOKEN_NEWLINE;
    }
    return rc;
}

/* xl's own reading of an entry: false: it does not take it. */
static bool parse_entry(XLU_Config *config, struct guest_entry *entry)
{
    libxl_device_pci pci;
    bool is_good;

    libxl_device_pci_init(&pci);
    is_good = !xlu_pci_parse_spec_string(config, &pci, entry->text);
    entry->has_sbdf = is_good && !pci.name;
    if ( entry->has_sbdf )
        entry->sbdf = XPCI_SBDF(pci.domain, pci.bus, (pci.dev << 3) | pci.func);
    entry->all_functions =
        entry->has_sbdf && pci.vfunc_mask == LIBXL_PCI_FUNC_ALL;
    libxl_device_pci_dispose(&pci);
    return is_good;
}

static int take_entry(struct guests *guests, XLU_Config *config,
                      const char *name, const char *text,
                      const struct literal *literal)
{
    struct guest_entry entry = { .config = guests->config_count - 1 };

    entry.guest = strdup(name);
    entry.text = strdup(text);
    if ( literal )
    {
        entry.line = literal->line;
        entry.begin = literal->begin;
        entry.end = literal->end;
        entry.statement = literal->statement;
    }
    if ( !entry.guest || !entry.text )
    {
        free(entry.guest);
        free(entry.text);
        return -ENOMEM;
    }
    if ( !parse_entry(config, &entry) )
    {
        tool_error("%s:%lu: found \"%s\", expected a device such as "
                   "\"0000:03:00.0\"",
                   guests->configs[entry.config].path, entry.line, text);
        free(entry.guest);
        free(entry.text);
        return -EINVAL;
    }
    return guests_add(guests, &entry);
}

static bool is_literal(const struct guest_config *config,
                       const struct literal *literal, const char *text)
{
    return literal->end - literal->begin == strlen(text) &&
           !memcmp(config->text + literal->begin, text, strlen(text));
}

static int take_list(struct guests *guests, XLU_Config *parsed,
                     const struct literals *literals)
{
    const struct guest_config *config =
        &guests->configs[guests->config_count - 1];
    const char *name = strrchr(config->path, '/');
    XLU_ConfigList *list;
    int count = 0, i, rc;

    name = name ? name + 1 : config->path;
    (void)xlu_cfg_get_string(parsed, "name", &name, 1);
    rc = xlu_cfg_get_list(parsed, "pci", &list, &count, 0);
    if ( rc )
        return rc == ESRCH ? 0 : -EINVAL;
    for ( i = 0, rc = 0; !rc && i < count; i++ )
    {
        const char *text = xlu_cfg_get_listitem(list, i);
        const struct literal *literal = NULL;

        if ( !text )
            return -EINVAL;
        if ( literals->count == (size_t)count &&
             is_literal(config, &literals->items[i], text) )
            literal = &literals->items[i];
        rc = take_entry(guests, parsed, name, text, literal);
    }
    guests->guest_count += count > 0;
    return rc;
}

/* What xl's parser complains of goes to standard error, with its line. */
static int parse_xl(struct guests *guests)
{
    const struct guest_config *config =
        &guests->configs[guests->config_count - 1];
    struct literals literals = { NULL, 0 };
    XLU_Config *parsed = xlu_cfg_init(stderr, config->path);
    int rc;

    if ( !parsed )
        return -ENOMEM;
    rc = -xlu_cfg_readdata(parsed, config->text, (int)config->size);
    if ( !rc )
        rc = find_literals(&literals, config->text, config->size);
    if ( !rc )
        rc = take_list(guests, parsed, &literals);
    if ( !rc )
        rc = guest_notes_read(&guests->configs[guests->config_count - 1]);
    if ( !rc )
        guest_notes_attach(guests, guests->config_count - 1);
    xlu_cfg_destroy(parsed);
    free(literals.items);
    return rc;
}

int guests_parse(struct guests *guests)
{
    struct guest_config *config = &guests->configs[guests->config_count - 1];

    config->is_xml = config->text[strspn(config->text, " \t\r\n")] == '<';
    return config->is_xml                   ? guest_libvirt_parse(guests)
           : guest_cmdline_is(config->text) ? guest_cmdline_parse(guests)
                                            : parse_xl(guests);
}

static int read_text(struct guest_config *config)
{
    int fd = open(config->path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    FILE *in;
    int rc = 0;

    if ( fd < 0 )
        return -errno;
    in = fdopen(fd, "r");
    if ( !in )
    {
        rc = -errno;
        close(fd);
        return rc;
    }
    if ( fstat(fd, &status) )
        rc = -errno;
    else if ( !S_ISREG(status.st_mode) )
        rc = S_ISDIR(status.st_mode) ? -EISDIR : -EINVAL;
    else if ( status.st_size > CONFIG_MOST )
        rc = -EFBIG;
    if ( rc )
        goto out;
    config->changed = status.st_mtime;
    config->text = calloc(1, (size_t)status.st_size + 1);
    if ( !config->text )
        rc = -ENOMEM;
    else
        config->size = fread(config->text, 1, (size_t)status.st_size, in);
    if ( !rc && ferror(in) )
        rc = -EIO;

out:
    fclose(in);
    return rc;
}

/* The last config cannot be used: as if it had not been read. */
static void drop_config(struct guests *guests, size_t entries, size_t count)
{
    while ( guests->count > entries )
    {
        guests->count--;
        free(guests->entries[guests->count].guest);
        free(guests->entries[guests->count].text);
    }
    guests->guest_count = count;
    guests->config_count--;
    guest_notes_dispose(&guests->configs[guests->config_count]);
    free(guests->configs[guests->config_count].text);
}

static const char *reader_of(const struct guest_config *config)
{
    if ( config->is_xml )
        return "libvirt";
    return guest_cmdline_is(config->text) ? "xen-pciback" : "xl";
}

enum tool_exit guests_read_config(struct guests *guests, const char *path)
{
    size_t entries = guests->count, count = guests->guest_count;
    struct guest_config config = { .path = path };
    int rc = read_text(&config);

    if ( rc )
    {
        free(config.text);
        tool_error("%s: cannot be read: %s", path, strerror(-rc));
        return rc == -ENOMEM ? TOOL_REFUSED : TOOL_USAGE;
    }
    if ( !ARRAY_APPEND(guests->configs, guests->config_count, config) )
    {
        free(config.text);
        tool_error("guests: no memory");
        return TOOL_REFUSED;
    }
    rc = guests_parse(guests);
    if ( !rc )
        return TOOL_DONE;
    tool_error("%s: %s would not read it as a guest's config: %s", path,
               reader_of(&guests->configs[guests->config_count - 1]),
               strerror(-rc));
    drop_config(guests, entries, count);
    return rc == -ENOMEM ? TOOL_REFUSED : TOOL_USAGE;
}
