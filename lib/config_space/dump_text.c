/* SPDX-License-Identifier: GPL-2.0-only */
#include <ctype.h>
#include <stdlib.h>

#include "device_list.h"
#include "dump_text.h"

#define LINE_MOST 65536U
#define BUFFER_SIZE (2U * LINE_MOST)
#define SHOWN 40 /* characters of a bad line in a message */

/* What lspci prints: -x, -x of a CardBus bridge, -xxx, -xxxx. */
static const unsigned int whole_sizes[] = { 64, 128, 256, 4096 };

#define HEADER_TYPE 0x0eU
#define SUBORDINATE_BUS 0x1aU

struct checker {
    const char *name;
    FILE *out;
    enum dump_rows rows;
    struct xpci_message *message;

    unsigned long line;
    /* The device that the rows belong to, from its line on. */
    bool in_device;
    bool left_out; /* in a segment above ffff */
    unsigned long device_line;
    char device[XPCI_SBDF_LENGTH];
    unsigned int size; /* bytes so far */
    uint8_t config[DUMP_CONFIG_MOST];
    /* A line that is no row and not indented: if a row is missed, this. */
    unsigned long odd_line;
    char odd[SHOWN + 1];

    struct dump_devices *devices;
    size_t omitted;
    char first_omitted[SHOWN + 1];
};

static int bad(const struct checker *checker, unsigned long line,
               const char *found, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* "NAME:LINE: found FOUND, expected ...". */
static int bad(const struct checker *checker, unsigned long line,
               const char *found, const char *format, ...)
{
    struct xpci_message expected;
    va_list arguments;

    va_start(arguments, format);
    message_set_va(&expected, format, arguments);
    va_end(arguments);
    message_set(checker->message, "%.200s:%lu: found %.100s, expected %.150s",
                checker->name, line, found, expected.text);

    return -EINVAL;
}

static int bad_line(const struct checker *checker, const char *text,
                    const char *expected)
{
    char found[SHOWN + 8];

    snprintf(found, sizeof(found), "\"%.*s%s\"", SHOWN, text,
             strlen(text) > SHOWN ? "..." : "");

    return bad(checker, checker->line, found, "%s", expected);
}

/* `#` stands for a hex digit, anything else for itself. */
static bool looks_like(const char *text, const char *pattern)
{
    for ( ; *pattern; pattern++, text++ )
        if ( *pattern == '#' ? !isxdigit((unsigned char)*text)
                             : *text != *pattern )
            return false;

    return true;
}

/*
 * The length of the SBDF that a device's line begins with; 0: another line.
 * A digit too many or a function 8 counts, so that it is told and not lost.
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

/* The offset that a hex row begins with, or -1: no hex row. */
static long row_offset(const char *text)
{
    size_t digits = strspn(text, "0123456789abcdefABCDEF");

    if ( digits < 2 || digits > 8 || !looks_like(text + digits, ": ") )
        return -1;

    return strtol(text, NULL, 16);
}

/* All of it is there: what libpci is to read of it. */
static int write_device(struct checker *checker)
{
    struct dump_devices *devices = checker->devices;

    if ( checker->left_out )
        return 0;
    devices->items[devices->count - 1].size = (uint16_t)checker->size;
    if ( fprintf(checker->out, "\n%s x\n", checker->device) < 0 )
        return -EIO;

    return dump_rows_write(checker->out, checker->config, checker->size,
                           checker->rows);
}

static int finish_device(struct checker *checker)
{
    unsigned int layout = checker->config[HEADER_TYPE] & 0x7fU;
    char found[64];
    size_t i;

    if ( !checker->in_device )
        return 0;
    checker->in_device = false;
    for ( i = 0; i < ARRAY_SIZE(whole_sizes); i++ )
        if ( checker->size == whole_sizes[i] )
            return write_device(checker);

    if ( checker->odd_line )
        return bad(checker, checker->odd_line, checker->odd,
                   "the hex row %02x: of device %s", checker->size,
                   checker->device);
    if ( !checker->size )
        return bad(checker, checker->device_line, "no hex row",
                   "config space of %s, as lspci -x prints it",
                   checker->device);

    snprintf(found, sizeof(found), "the end of %s after %02x bytes",
             checker->device, checker->size);
    if ( checker->size > HEADER_TYPE && checker->size <= SUBORDINATE_BUS &&
         (layout == 1 || layout == 2) )
        return bad(checker, checker->line, found,
                   "the bus numbers of a bridge (bytes 18 to 1a)");

    return bad(checker, checker->line, found,
               "40, 80, 100 or 1000 (hex) bytes of config space");
}

static int remember(struct checker *checker, uint32_t sbdf)
{
    struct dump_devices *devices = checker->devices;

    if ( devices->count >= DEVICE_LIST_MOST )
        return bad(checker, checker->line, "one more device", "at most %u",
                   DEVICE_LIST_MOST);
    if ( devices->count == devices->room )
    {
        size_t room = devices->room ? 2 * devices->room : 64;
        struct dump_device *items =
            reallocarray(devices->items, room, sizeof(*items));

        if ( !items )
        {
            message_set(checker->message, "%s: no memory", checker->name);
            return -ENOMEM;
        }
        devices->items = items;
        devices->room = room;
    }
    devices->items[devices->count++] =
        (struct dump_device){ .sbdf = sbdf, .line = checker->line };

    return 0;
}

static int take_device(struct checker *checker, const char *text, size_t length)
{
    char name[SHOWN + 1];
    uint32_t sbdf;
    int rc = finish_device(checker);

    if ( rc )
        return rc;
    if ( length > SHOWN )
        return bad_line(checker, text, "an SBDF");
    snprintf(name, sizeof(name), "%.*s", (int)length, text);

    rc = xpci_sbdf_parse(name, &sbdf);
    if ( rc == -EINVAL )
        return bad_line(checker, name,
                        "an SBDF: bus 00-ff, device 00-1f, function 0-7");
    checker->in_device = true;
    checker->left_out = rc == -ERANGE;
    checker->device_line = checker->line;
    checker->size = 0;
    checker->odd_line = 0;
    if ( checker->left_out )
    {
        if ( !checker->omitted++ )
            memcpy(checker->first_omitted, name, sizeof(name));
        snprintf(checker->device, sizeof(checker->device), "%.15s", name);
        return 0;
    }

    xpci_sbdf_format(checker->device, sbdf);

    return remember(checker, sbdf);
}

/* The value of a hex digit, or -1. */
static int digit(char character)
{
    unsigned int lower = (unsigned char)character | 0x20U;

    if ( character >= '0' && character <= '9' )
        return character - '0';

    return lower >= 'a' && lower <= 'f' ? (int)(lower - 'a' + 10) : -1;
}

/* The bytes of a row: true, or false: not 16 of them and nothing else. */
static bool row_bytes(const char *text, uint8_t *bytes)
{
    unsigned int count;

    for ( count = 0; count < DUMP_ROW_BYTES; count++ )
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

static int take_row(struct checker *checker, const char *text, long offset)
{
    uint8_t bytes[DUMP_ROW_BYTES];

    if ( !checker->in_device )
        return bad_line(checker, text, "a device's line before its hex rows");
    if ( offset != (long)checker->size )
    {
        if ( checker->odd_line )
            return bad(checker, checker->odd_line, checker->odd,
                       "the hex row %02x: of device %s", checker->size,
                       checker->device);
        return checker->size >= DUMP_CONFIG_MOST
                   ? bad_line(checker, text, "no hex row after ff0:")
                   : bad(checker, checker->line, text,
                         "the hex row %02x: of device %s", checker->size,
                         checker->device);
    }
    if ( checker->size >= DUMP_CONFIG_MOST )
        return bad_line(checker, text, "no hex row after ff0:");
    if ( !row_bytes(strchr(text, ' ') + 1, bytes) )
        return bad_line(checker, text, "16 bytes as two hex digits each");

    memcpy(checker->config + checker->size, bytes, sizeof(bytes));
    checker->size += DUMP_ROW_BYTES;

    return 0;
}

/* The offset of "00: ..." or "100: ...", or -1: look closer. */
static long quick_offset(const char *text, size_t length)
{
    long offset = 0;
    size_t i;

    for ( i = 0; i < 4 && i + 1 < length && text[i] != ':'; i++ )
    {
        if ( digit(text[i]) < 0 )
            return -1;
        offset = offset << 4 | digit(text[i]);
    }

    return i >= 2 && i + 1 < length && text[i] == ':' && text[i + 1] == ' '
               ? offset
               : -1;
}

/* `text` has `length` characters and a NUL. */
static int take_line(struct checker *checker, char *text, size_t length)
{
    long offset;

    if ( length && text[length - 1] == '\r' )
        text[--length] = '\0';
    if ( !length )
        return finish_device(checker);
    if ( isspace((unsigned char)*text) )
        return 0; /* what -v prints */

    /* Nearly every line is a row, and no SBDF begins like one. */
    offset = quick_offset(text, length);
    if ( offset >= 0 )
        return take_row(checker, text, offset);
    length = device_length(text);
    if ( length )
        return take_device(checker, text, length);
    offset = row_offset(text);
    if ( offset >= 0 )
        return take_row(checker, text, offset);

    if ( checker->in_device && !checker->odd_line )
    {
        checker->odd_line = checker->line;
        snprintf(checker->odd, sizeof(checker->odd), "\"%.*s\"", SHOWN - 3,
                 text);
    }

    return 0;
}

void dump_devices_init(struct dump_devices *devices)
{
    *devices = (struct dump_devices){ NULL, 0, 0 };
}

void dump_devices_dispose(struct dump_devices *devices)
{
    free(devices->items);
    dump_devices_init(devices);
}

static int compare_devices(const void *a, const void *b)
{
    const struct dump_device *x = a, *y = b;

    if ( x->sbdf != y->sbdf )
        return x->sbdf < y->sbdf ? -1 : 1;

    return (x->line > y->line) - (x->line < y->line);
}

static int compare_place(const void *key, const void *item)
{
    uint32_t sbdf = *(const uint32_t *)key;
    const struct dump_device *device = item;

    return (sbdf > device->sbdf) - (sbdf < device->sbdf);
}

const struct dump_device *dump_devices_find(const struct dump_devices *devices,
                                            uint32_t sbdf)
{
    return devices->count ? bsearch(&sbdf, devices->items, devices->count,
                                    sizeof(*devices->items), compare_place)
                          : NULL;
}

static int check_whole(struct checker *checker)
{
    const struct dump_devices *devices = checker->devices;
    char sbdf[XPCI_SBDF_LENGTH], found[XPCI_SBDF_LENGTH + 8];
    size_t i;

    if ( !devices->count )
        return checker->omitted
                   ? bad(checker, checker->line, "only segments above ffff",
                         "a device that Xen's hypercalls can express")
                   : bad(checker, checker->line, "no device",
                         "what lspci -x, -xxx or -xxxx prints");

    qsort(devices->items, devices->count, sizeof(*devices->items),
          compare_devices);
    for ( i = 1; i < devices->count; i++ )
    {
        const struct dump_device *again = &devices->items[i];

        if ( again->sbdf != again[-1].sbdf )
            continue;
        snprintf(found, sizeof(found), "%s again",
                 xpci_sbdf_format(sbdf, again->sbdf));
        return bad(checker, again->line, found,
                   "each device once (the first is on line %lu)",
                   again[-1].line);
    }

    return 0;
}

/* Lines out of a buffer that is filled in large pieces. */
struct lines {
    FILE *in;
    char *buffer; /* BUFFER_SIZE, and one more */
    size_t begin;
    size_t end;
};

static int cannot_read(const struct checker *checker)
{
    int rc = errno ? -errno : -EIO;

    message_set(checker->message, "%s:%lu: cannot be read: %s", checker->name,
                checker->line, strerror(-rc));

    return rc;
}

/*
 * The next line without its newline, NUL behind it: 1, 0 at the end, or an
 * error.
 */
static int read_line(struct checker *checker, struct lines *lines, char **text,
                     size_t *length)
{
    char *newline;

    checker->line++;
    for ( ;; )
    {
        size_t there = lines->end - lines->begin, got;

        newline = memchr(lines->buffer + lines->begin, '\n', there);
        if ( newline || there > LINE_MOST )
            break;
        memmove(lines->buffer, lines->buffer + lines->begin, there);
        lines->begin = 0;
        lines->end = there;
        errno = 0;
        got = fread(lines->buffer + there, 1, BUFFER_SIZE - there, lines->in);
        if ( !got && ferror(lines->in) )
            return cannot_read(checker);
        if ( !got )
            break;
        lines->end += got;
    }
    *text = lines->buffer + lines->begin;
    *length = newline ? (size_t)(newline - *text) : lines->end - lines->begin;
    if ( *length > LINE_MOST )
        return bad(checker, checker->line, "a line without end",
                   "at most %u characters", LINE_MOST);
    if ( memchr(*text, '\0', *length) )
        return bad(checker, checker->line, "a NUL byte", "text");
    (*text)[*length] = '\0';
    lines->begin += *length + (newline != NULL);

    return newline || *length;
}

static int check_lines(struct checker *checker, struct lines *lines)
{
    size_t length = 0;
    char *text = NULL;
    int rc;

    while ( (rc = read_line(checker, lines, &text, &length)) > 0 )
    {
        rc = take_line(checker, text, length);
        if ( rc )
            return rc;
    }
    if ( rc )
        return rc;
    /* Messages about the end name the last line there is. */
    if ( checker->line > 1 )
        checker->line--;
    rc = finish_device(checker);

    return rc ? rc : check_whole(checker);
}

int dump_text_check(FILE *in, const char *name, FILE *out, enum dump_rows rows,
                    struct dump_devices *devices,
                    const struct warning_sink *sink,
                    struct xpci_message *message)
{
    struct checker checker = { .name = name,
                               .out = out,
                               .rows = rows,
                               .devices = devices,
                               .message = message };
    struct lines lines = { .in = in, .buffer = malloc(BUFFER_SIZE + 1) };
    int rc;

    if ( !lines.buffer )
    {
        message_set(message, "%s: no memory", name);
        return -ENOMEM;
    }

    rc = check_lines(&checker, &lines);
    if ( rc == -EIO && !ferror(in) )
        message_set(message, "%s: the checked copy cannot be written", name);
    if ( !rc && checker.omitted )
        warning_say(sink,
                    "%s: %zu devices in segments above ffff, which Xen's "
                    "hypercalls cannot express, are left out (first: %s)",
                    name, checker.omitted, checker.first_omitted);
    free(lines.buffer);

    return rc;
}
