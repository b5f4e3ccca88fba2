/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Config space from the text that `lspci -x`, -xxx and -xxxx print.
 *
 * libpci's own reader of dumps (PCI_ACCESS_DUMP) gives up on lines of more
 * than 254 characters, which `lspci -vvv` prints, names no line in its
 * errors, takes a dump with missing rows for whole, and needs longer for each
 * byte than everything else here together.
 */
#include <ctype.h>
#include <stdio.h>

#include "array.h"
#include "device_list.h"
#include "input.h"

#define LINE_MOST 65536U
#define CONFIG_MOST 4096U
#define ROW_BYTES 16U
#define SHOWN 40 /* characters of a bad line in a message */

#define HEADER_TYPE 0x0eU
#define SUBORDINATE_BUS 0x1aU

struct dump_space {
    struct config_space space;
    struct device_list list;
    struct device_entry *recent; /* read last; NULL: none */
};

struct reader {
    const char *name;
    struct device_list *list;
    struct xpci_message *message;

    unsigned long line;
    char text[LINE_MOST + 1]; /* of the line, without its newline */
    /* The device that the rows belong to, from its line on. */
    bool in_device;
    bool left_out; /* in a segment above ffff */
    struct device_entry entry;
    char device[SHOWN + 1];
    unsigned int size; /* bytes so far */
    uint8_t config[CONFIG_MOST];
    /* A line that is no row and not indented: perhaps a broken row. */
    unsigned long odd_line;
    char odd[SHOWN + 1];

    size_t omitted;
    char first_omitted[SHOWN + 1];
};

#define bad(reader, line, found, ...)                                  \
    message_unexpected((reader)->message, (reader)->name, line, found, \
                       __VA_ARGS__)

static int bad_line(const struct reader *reader, const char *text,
                    const char *expected)
{
    char found[SHOWN + 8];

    snprintf(found, sizeof(found), "\"%.*s%s\"", SHOWN, text,
             strlen(text) > SHOWN ? "..." : "");

    return bad(reader, reader->line, found, "%s", expected);
}

static int no_memory(const struct reader *reader)
{
    message_set(reader->message, "%s: no memory", reader->name);

    return -ENOMEM;
}

static int no_row(const struct reader *reader, unsigned long line,
                  const char *found)
{
    return bad(reader, line, found, "the hex row %02x: of device %s",
               reader->size, reader->device);
}

/* All rows of a device are there: its bytes go to the list. */
static int add_device(struct reader *reader)
{
    int rc;

    if ( reader->left_out )
        return 0;
    reader->entry.config_size = reader->size;
    reader->entry.config = malloc(reader->size);
    if ( !reader->entry.config )
        return no_memory(reader);
    memcpy(reader->entry.config, reader->config, reader->size);
    rc = device_list_add(reader->list, &reader->entry);
    if ( rc )
        free(reader->entry.config);
    if ( rc == -E2BIG )
        return bad(reader, reader->entry.line, "one more device", "at most %u",
                   DEVICE_LIST_MOST);

    return rc ? no_memory(reader) : 0;
}

static int finish_device(struct reader *reader)
{
    unsigned int layout = reader->config[HEADER_TYPE] & 0x7fU;
    char found[64];

    if ( !reader->in_device )
        return 0;
    reader->in_device = false;
    switch ( reader->size )
    {
    case 64:   /* -x */
    case 128:  /* -x of a CardBus bridge */
    case 256:  /* -xxx */
    case 4096: /* -xxxx */
        return add_device(reader);
    }

    if ( reader->odd_line )
        return no_row(reader, reader->odd_line, reader->odd);
    if ( !reader->size )
        return bad(reader, reader->entry.line, "no hex row",
                   "config space of %s, as lspci -x prints it", reader->device);

    snprintf(found, sizeof(found), "the end of %.15s after %02x bytes",
             reader->device, reader->size);
    if ( reader->size > HEADER_TYPE && reader->size <= SUBORDINATE_BUS &&
         (layout == 1 || layout == 2) )
        return bad(reader, reader->line, found,
                   "the bus numbers of a bridge (bytes 18 to 1a)");

    return bad(reader, reader->line, found,
               "40, 80, 100 or 1000 (hex) bytes of config space");
}

/*
 * The length of the SBDF that a device's line begins with; 0: another line.
 * A digit too many or a function 8 counts: it must not be lost silently.
 */
static size_t device_length(const char *text)
{
    size_t length = strspn(text, "0123456789abcdefABCDEF:.");
    const char *dot = memchr(text, '.', length);
    const char *colon = memchr(text, ':', length);

    if ( !colon || !dot || dot < colon || colon == text ||
         dot + 2 > text + length || dot[-1] == ':' )
        return 0;

    return text[length] == ' ' || text[length] == '\0' ? length : 0;
}

static int take_device(struct reader *reader, const char *text, size_t length)
{
    uint32_t sbdf = 0;
    int rc = finish_device(reader);

    if ( rc )
        return rc;
    if ( length > SHOWN )
        return bad_line(reader, text, "an SBDF");
    snprintf(reader->device, sizeof(reader->device), "%.*s", (int)length, text);
    rc = xpci_sbdf_parse(reader->device, &sbdf);
    if ( rc == -EINVAL )
        return bad_line(reader, reader->device,
                        "an SBDF: bus 00-ff, device 00-1f, function 0-7");
    reader->in_device = true;
    reader->left_out = rc == -ERANGE;
    reader->size = 0;
    reader->odd_line = 0;
    reader->entry = (struct device_entry){ .sbdf = sbdf,
                                           .node = XPCI_NO_NODE,
                                           .line = reader->line };
    if ( !reader->left_out )
        xpci_sbdf_format(reader->device, sbdf);
    else if ( !reader->omitted++ )
        memcpy(reader->first_omitted, reader->device, sizeof(reader->device));

    return 0;
}

/* The value of a hex digit, or -1. */
static int digit(char character)
{
    unsigned int lower = (unsigned char)character | 0x20U;

    if ( character >= '0' && character <= '9' )
        return character - '0';

    return lower >= 'a' && lower <= 'f' ? (int)(lower - 'a' + 10) : -1;
}

/* The offset that a hex row begins with, or -1: no hex row. */
static long row_offset(const char *text, const char **bytes)
{
    long offset = 0;
    unsigned int i;

    for ( i = 0; i < 8 && digit(text[i]) >= 0; i++ )
        offset = offset << 4 | digit(text[i]);
    if ( i < 2 || text[i] != ':' || text[i + 1] != ' ' )
        return -1;
    *bytes = text + i + 2;

    return offset;
}

/* The bytes of a row: true, or false: not 16 of them and nothing else. */
static bool row_bytes(const char *text, uint8_t *bytes)
{
    unsigned int count;

    for ( count = 0; count < ROW_BYTES; count++ )
    {
        int high = digit(text[0]), low = high < 0 ? -1 : digit(text[1]);

        if ( low < 0 )
            return false;
        bytes[count] = (uint8_t)(high << 4 | low);
        text += 2;
        if ( *text && *text++ != ' ' )
            return false;
    }

    return !text[strspn(text, " ")];
}

static int take_row(struct reader *reader, const char *text, long offset,
                    const char *bytes)
{
    if ( !reader->in_device )
        return bad_line(reader, text, "a device's line before its hex rows");
    if ( offset != (long)reader->size && reader->odd_line )
        return no_row(reader, reader->odd_line, reader->odd);
    if ( reader->size >= CONFIG_MOST )
        return bad_line(reader, text, "no hex row after ff0:");
    if ( offset != (long)reader->size )
        return no_row(reader, reader->line, text);
    if ( !row_bytes(bytes, reader->config + reader->size) )
        return bad_line(reader, text, "16 bytes as two hex digits each");
    reader->size += ROW_BYTES;

    return 0;
}

/* `text` has `length` characters and a NUL. */
static int take_line(struct reader *reader, char *text, size_t length)
{
    const char *bytes;
    long offset;

    if ( length && text[length - 1] == '\r' )
        text[--length] = '\0';
    if ( !length )
        return finish_device(reader);
    if ( isspace((unsigned char)*text) )
        return 0; /* what -v prints */

    offset = row_offset(text, &bytes);
    if ( offset >= 0 )
        return take_row(reader, text, offset, bytes);
    length = device_length(text);
    if ( length )
        return take_device(reader, text, length);
    if ( reader->in_device && !reader->odd_line )
    {
        reader->odd_line = reader->line;
        snprintf(reader->odd, sizeof(reader->odd), "\"%.*s\"", SHOWN - 3, text);
    }

    return 0;
}

/* Read the next line: 1, 0 at the end, or an error. */
static int read_line(struct reader *reader, FILE *in, size_t *length)
{
    int character;

    reader->line++;
    *length = 0;
    errno = 0;
    while ( (character = getc_unlocked(in)) != EOF && character != '\n' )
    {
        if ( !character )
            return bad(reader, reader->line, "a NUL byte", "text");
        if ( *length == LINE_MOST )
            return bad(reader, reader->line, "a line without end",
                       "at most %u characters", LINE_MOST);
        reader->text[(*length)++] = (char)character;
    }
    reader->text[*length] = '\0';
    if ( character == EOF && ferror(in) )
    {
        int rc = errno ? -errno : -EIO;

        message_set(reader->message, "%s:%lu: cannot be read: %s", reader->name,
                    reader->line, input_error(-rc));
        return rc;
    }

    return character != EOF || *length;
}

static int read_lines(struct reader *reader, FILE *in)
{
    size_t length = 0;
    int rc;

    while ( (rc = read_line(reader, in, &length)) > 0 )
    {
        rc = take_line(reader, reader->text, length);
        if ( rc )
            return rc;
    }
    if ( rc )
        return rc;
    /* Messages about the end name the last line there is. */
    if ( reader->line > 1 )
        reader->line--;

    return finish_device(reader);
}

static int check_once(const struct reader *reader)
{
    char sbdf[XPCI_SBDF_LENGTH], found[XPCI_SBDF_LENGTH + 8];
    size_t i;

    for ( i = 1; i < reader->list->count; i++ )
    {
        const struct device_entry *again = &reader->list->entries[i];

        if ( again->sbdf != again[-1].sbdf )
            continue;
        snprintf(found, sizeof(found), "%s again",
                 xpci_sbdf_format(sbdf, again->sbdf));
        return bad(reader, again->line, found,
                   "each device once (the first is on line %lu)",
                   again[-1].line);
    }

    return 0;
}

/* Keep the devices that are there: the others read all ones. */
static void drop_absent(struct device_list *list)
{
    size_t i, kept = 0;

    for ( i = 0; i < list->count; i++ )
    {
        struct device_entry *entry = &list->entries[i];

        if ( device_facts_read(&entry->facts, device_entry_read, entry) )
        {
            free(entry->config);
            continue;
        }
        device_facts_read_vfs(&entry->facts, device_entry_read, entry);
        list->entries[kept++] = *entry;
    }
    list->count = kept;
}

static int read_dump(struct reader *reader, FILE *in)
{
    struct device_list *list = reader->list;
    int rc = read_lines(reader, in);

    if ( rc )
        return rc;
    if ( !list->count )
        return reader->omitted
                   ? bad(reader, reader->line, "only segments above ffff",
                         "a device that Xen's hypercalls can express")
                   : bad(reader, reader->line, "no device",
                         "what lspci -x, -xxx or -xxxx prints");

    device_list_sort(list);
    rc = check_once(reader);
    if ( rc )
        return rc;
    drop_absent(list);
    if ( !list->count )
    {
        message_set(reader->message,
                    "%s: found nothing but devices that read all "
                    "ones, expected devices that are there",
                    reader->name);
        return -EINVAL;
    }

    return 0;
}

static int read_file(struct reader *reader, const char *path)
{
    FILE *in;
    int rc = input_open(&in, path);

    if ( rc )
    {
        message_set(reader->message, "%s: cannot be opened: %s", reader->name,
                    strerror(-rc));
        return rc;
    }
    rc = read_dump(reader, in);
    input_close(in);

    return rc;
}

static uint32_t dump_read(struct config_space *space, uint32_t sbdf,
                          unsigned int offset)
{
    struct dump_space *dump = (struct dump_space *)space;

    /* One function is read many times in a row. */
    if ( !dump->recent || dump->recent->sbdf != sbdf )
        dump->recent = device_list_find(&dump->list, sbdf);

    return dump->recent ? device_entry_read(dump->recent, offset) : 0xffffffffU;
}

static int dump_list(struct config_space *space, config_space_each *each,
                     void *data)
{
    return device_list_report(&((struct dump_space *)space)->list, each, data);
}

static void dump_close(struct config_space *space)
{
    struct dump_space *dump = (struct dump_space *)space;

    device_list_dispose(&dump->list);
    free(dump);
}

int config_space_open_dump(struct config_space **space, const char *path,
                           config_space_warn *warn, void *data,
                           struct xpci_message *message)
{
    static const struct config_space_ops ops = {
        .read = dump_read,
        .list = dump_list,
        .close = dump_close,
    };
    const struct warning_sink sink = { warn, data };
    struct dump_space *dump = calloc(1, sizeof(*dump));
    struct reader reader = { .name = strcmp(path, "-") ? path : "stdin",
                             .message = message };
    int rc;

    if ( !dump )
        return no_memory(&reader);
    dump->space.ops = &ops;
    dump->space.source = XPCI_SOURCE_FILE;
    device_list_init(&dump->list);
    reader.list = &dump->list;
    rc = read_file(&reader, path);
    if ( rc )
    {
        dump_close(&dump->space);
        return rc;
    }

    if ( reader.omitted )
        warning_say(&sink,
                    "%s: %zu device%s above ffff, which Xen's hypercalls "
                    "cannot express, %s left out (first: %s)",
                    reader.name, reader.omitted,
                    reader.omitted == 1 ? " in a segment" : "s in segments",
                    reader.omitted == 1 ? "is" : "are", reader.first_omitted);
    device_list_link_vfs(&dump->list);
    device_list_finish(&dump->list, &sink);
    *space = &dump->space;

    return 0;
}
