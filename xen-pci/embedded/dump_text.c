/* SPDX-License-Identifier: GPL-2.0-only */
#include <ctype.h>
#include <stdlib.h>

#include "device_list.h"
#include "dump_text.h"

#define LINE_MOST 65536U
#define ROW_BYTES 16U
#define CONFIG_MOST 4096U
#define SHOWN 40 /* characters of a bad line in a message */

/* What lspci prints: -x, -x of a CardBus bridge, -xxx, -xxxx. */
static const unsigned int whole_sizes[] = { 64, 128, 256, 4096 };

#define HEADER_TYPE 0x0eU
#define SUBORDINATE_BUS 0x1aU

/* A device seen, for telling of one that comes twice. */
struct seen {
    uint32_t sbdf;
    unsigned long line;
};

struct checker {
    const char *name;
    FILE *out;
    struct xpci_message *message;

    unsigned long line;
    /* The device that the rows belong to, from its line on. */
    bool in_device;
    bool left_out; /* in a segment above ffff */
    unsigned long device_line;
    char device[XPCI_SBDF_LENGTH];
    unsigned int size; /* bytes so far */
    uint8_t header_layout;
    /* A line that is no row and not indented: if a row is missed, this. */
    unsigned long odd_line;
    char odd[SHOWN + 1];

    struct seen *seen;
    size_t seen_count;
    size_t seen_room;
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

static int finish_device(struct checker *checker)
{
    char found[64];
    size_t i;

    if ( !checker->in_device )
        return 0;
    checker->in_device = false;
    for ( i = 0; i < ARRAY_SIZE(whole_sizes); i++ )
        if ( checker->size == whole_sizes[i] )
            return 0;

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
         (checker->header_layout == 1 || checker->header_layout == 2) )
        return bad(checker, checker->line, found,
                   "the bus numbers of a bridge (bytes 18 to 1a)");

    return bad(checker, checker->line, found,
               "40, 80, 100 or 1000 (hex) bytes of config space");
}

static int remember(struct checker *checker, uint32_t sbdf)
{
    if ( checker->seen_count >= DEVICE_LIST_MOST )
        return bad(checker, checker->line, "one more device", "at most %u",
                   DEVICE_LIST_MOST);
    if ( checker->seen_count == checker->seen_room )
    {
        size_t room = checker->seen_room ? 2 * checker->seen_room : 64;
        struct seen *seen =
            reallocarray(checker->seen, room, sizeof(*checker->seen));

        if ( !seen )
        {
            message_set(checker->message, "%s: no memory", checker->name);
            return -ENOMEM;
        }
        checker->seen = seen;
        checker->seen_room = room;
    }
    checker->seen[checker->seen_count].sbdf = sbdf;
    checker->seen[checker->seen_count++].line = checker->line;

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
    rc = remember(checker, sbdf);
    if ( !rc && fprintf(checker->out, "\n%s x\n", checker->device) < 0 )
        rc = -EIO;

    return rc;
}

/* The bytes of a row: true, or false: not 16 of them and nothing else. */
static bool row_bytes(const char *text, uint8_t *bytes)
{
    unsigned int count;

    for ( count = 0; count < ROW_BYTES; count++ )
    {
        if ( !looks_like(text, "##") )
            return false;
        bytes[count] = (uint8_t)strtoul(text, NULL, 16);
        text += 2;
        if ( *text && *text++ != ' ' )
            return false;
    }

    return !text[strspn(text, " ")];
}

static int take_row(struct checker *checker, const char *text, long offset)
{
    uint8_t bytes[ROW_BYTES];
    unsigned int i;

    if ( !checker->in_device )
        return bad_line(checker, text, "a device's line before its hex rows");
    if ( offset != (long)checker->size )
    {
        if ( checker->odd_line )
            return bad(checker, checker->odd_line, checker->odd,
                       "the hex row %02x: of device %s", checker->size,
                       checker->device);
        return checker->size >= CONFIG_MOST
                   ? bad_line(checker, text, "no hex row after ff0:")
                   : bad(checker, checker->line, text,
                         "the hex row %02x: of device %s", checker->size,
                         checker->device);
    }
    if ( checker->size >= CONFIG_MOST )
        return bad_line(checker, text, "no hex row after ff0:");
    if ( !row_bytes(strchr(text, ' ') + 1, bytes) )
        return bad_line(checker, text, "16 bytes as two hex digits each");

    checker->size += ROW_BYTES;
    if ( !offset )
        checker->header_layout = bytes[HEADER_TYPE] & 0x7fU;
    if ( checker->left_out )
        return 0;
    if ( fprintf(checker->out, "%02lx:", offset) < 0 )
        return -EIO;
    for ( i = 0; i < ROW_BYTES; i++ )
        if ( fprintf(checker->out, " %02x", bytes[i]) < 0 )
            return -EIO;

    return fputc('\n', checker->out) == EOF ? -EIO : 0;
}

static int take_line(struct checker *checker, char *text)
{
    size_t length = strlen(text);
    long offset;

    if ( length && text[length - 1] == '\r' )
        text[--length] = '\0';
    if ( !length )
        return finish_device(checker);
    if ( isspace((unsigned char)*text) )
        return 0; /* what -v prints */

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

static int compare_seen(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;

    if ( x->sbdf != y->sbdf )
        return x->sbdf < y->sbdf ? -1 : 1;

    return (x->line > y->line) - (x->line < y->line);
}

static int check_whole(struct checker *checker)
{
    char sbdf[XPCI_SBDF_LENGTH], found[XPCI_SBDF_LENGTH + 8];
    size_t i;

    if ( !checker->seen_count )
        return checker->omitted
                   ? bad(checker, checker->line, "only segments above ffff",
                         "a device that Xen's hypercalls can express")
                   : bad(checker, checker->line, "no device",
                         "what lspci -x, -xxx or -xxxx prints");

    qsort(checker->seen, checker->seen_count, sizeof(*checker->seen),
          compare_seen);
    for ( i = 1; i < checker->seen_count; i++ )
    {
        const struct seen *again = &checker->seen[i];

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

/* A line without its newline into `text`: 1, 0 at the end, or an error. */
static int read_line(struct checker *checker, FILE *in, char *text)
{
    size_t length = 0;
    int c;

    checker->line++;
    while ( (c = getc(in)) != EOF && c != '\n' )
    {
        if ( !c )
            return bad(checker, checker->line, "a NUL byte", "text");
        if ( length >= LINE_MOST )
            return bad(checker, checker->line, "a line without end",
                       "at most %u characters", LINE_MOST);
        text[length++] = (char)c;
    }
    text[length] = '\0';
    if ( c == EOF && ferror(in) )
    {
        int rc = errno ? -errno : -EIO;

        message_set(checker->message, "%s:%lu: cannot be read: %s",
                    checker->name, checker->line, strerror(-rc));
        return rc;
    }

    return c != EOF || length;
}

int dump_text_check(FILE *in, const char *name, FILE *out,
                    const struct warning_sink *sink,
                    struct xpci_message *message)
{
    struct checker checker = { .name = name, .out = out, .message = message };
    char *text = malloc(LINE_MOST + 1);
    int rc;

    if ( !text )
    {
        message_set(message, "%s: no memory", name);
        return -ENOMEM;
    }

    while ( (rc = read_line(&checker, in, text)) > 0 )
    {
        rc = take_line(&checker, text);
        if ( rc )
            break;
    }
    if ( !rc )
    {
        /* Messages about the end name the last line there is. */
        if ( checker.line > 1 )
            checker.line--;
        rc = finish_device(&checker);
    }
    if ( !rc )
        rc = check_whole(&checker);
    if ( rc == -EIO )
        message_set(message, "%s: the checked copy cannot be written", name);
    if ( !rc && checker.omitted )
        warning_say(sink,
                    "%s: %zu devices in segments above ffff, which Xen's "
                    "hypercalls cannot express, are left out (first: %s)",
                    name, checker.omitted, checker.first_omitted);

    free(checker.seen);
    free(text);

    return rc;
}
