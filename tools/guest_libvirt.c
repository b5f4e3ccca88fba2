/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The XML of libvirt domains: which PCI devices they are given, and how that is
 * written otherwise.
 *
 * libxml2 reads it and says where in the text something stands, so that all
 * else stays as it is.  It is loaded where there is XML to read: few dom0s have
 * libvirt, and it brings 30 MB of ICU along.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>

#include "guests.h"

#define LIBRARY "libxml2.so.2"
#define NOTES_SPACE "urn:xen-pci:guests"
#define DEPTH_MOST 8U
#define TEXT_MOST 4096U

/* What is used of libxml2. */
struct library {
    xmlParserCtxtPtr (*create)(const char *buffer, int size);
    int (*use_options)(xmlParserCtxtPtr context, int options);
    int (*parse)(xmlParserCtxtPtr context);
    void (*destroy)(xmlParserCtxtPtr context);
};

struct reading {
    struct guests *guests;
    struct guest_config *config;
    size_t number; /* of the config */
    xmlParserCtxtPtr context;
    const char *names[DEPTH_MOST]; /* the elements around this place */
    unsigned int depth;
    bool is_pci;   /* in a device that is a PCI device of the host */
    bool is_ours;  /* in our notes */
    bool collects; /* the text of this element is wanted */
    size_t began;  /* where its start tag did */
    char text[TEXT_MOST];
    size_t length;
    char *name; /* of the guest */
    int rc;
};

/* It stays loaded until the program ends. */
static bool open_library(struct library *library)
{
    void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

    if ( !handle )
        return false;
    *(void **)&library->create = dlsym(handle, "xmlCreateMemoryParserCtxt");
    *(void **)&library->use_options = dlsym(handle, "xmlCtxtUseOptions");
    *(void **)&library->parse = dlsym(handle, "xmlParseDocument");
    *(void **)&library->destroy = dlsym(handle, "xmlFreeParserCtxt");
    return library->create && library->use_options && library->parse &&
           library->destroy;
}

/* The offset in the config of what the parser looks at. */
static size_t offset_of(const struct reading *reading, const xmlChar *at)
{
    const xmlParserInput *input = reading->context->input;

    return input->consumed + (size_t)(at - input->base);
}

/* Are we in these elements?  "domain/devices/hostdev"; "*" is any. */
static bool is_in(const struct reading *reading, const char *path)
{
    unsigned int i;

    if ( reading->depth > DEPTH_MOST )
        return false;
    for ( i = 0; i < reading->depth; i++ )
    {
        size_t length = strcspn(path, "/");

        if ( (length != 1 || *path != '*') &&
             (strlen(reading->names[i]) != length ||
              memcmp(reading->names[i], path, length)) )
            return false;
        path += length;
        if ( *path )
            path++;
        else
            return i + 1 == reading->depth;
    }
    return false;
}

/* Attributes, as libxml2 gives them: five pointers each. */
struct attributes {
    const xmlChar **items;
    int count;
};

/* Where the value of an attribute stands: false: there is none. */
static bool find_attribute(struct reading *reading,
                           const struct attributes *attributes,
                           const char *name, struct guest_span *span)
{
    int i;

    for ( i = 0; i < attributes->count; i++ )
    {
        const xmlChar **item = attributes->items + 5 * i;

        if ( strcmp((const char *)item[0], name) )
            continue;
        span->begin = offset_of(reading, item[3]);
        span->end = span->begin + (size_t)(item[4] - item[3]);
        /* A value with an entity in it stands elsewhere. */
        if ( span->end > reading->config->size ||
             memcmp(reading->config->text + span->begin, item[3],
                    (size_t)(item[4] - item[3])) )
            reading->rc = -EINVAL;
        return !reading->rc;
    }
    return false;
}

static bool has_value(struct reading *reading,
                      const struct attributes *attributes, const char *name,
                      const char *value)
{
    struct guest_span span;

    return find_attribute(reading, attributes, name, &span) &&
           span.end - span.begin == strlen(value) &&
           !memcmp(reading->config->text + span.begin, value, strlen(value));
}

static const struct {
    const char *name;
    unsigned long most;
} parts[4] = {
    { "domain", 0xffff },
    { "bus", 0xff },
    { "slot", 0x1f },
    { "function", 7 },
};

/* "0x1f" or "31"; false: it is no such number. */
static bool read_number(const char *text, struct guest_span span,
                        unsigned long most, unsigned long *number)
{
    char digits[16], *end;
    size_t length = span.end - span.begin;

    if ( !length || length >= sizeof(digits) )
        return false;
    memcpy(digits, text + span.begin, length);
    digits[length] = '\0';
    if ( digits[0] < '0' || digits[0] > '9' )
        return false;
    *number = strtoul(digits, &end, strncmp(digits, "0x", 2) ? 10 : 16);
    return !*end && *number <= most;
}

static void take_address(struct reading *reading,
                         const struct attributes *attributes)
{
    struct guest_entry entry = { .config = reading->number, .has_sbdf = true };
    unsigned long number[4] = { 0 };
    char text[XPCI_SBDF_LENGTH];
    unsigned int i;

    entry.line = (unsigned long)reading->context->input->line;
    for ( i = 0; i < ARRAY_SIZE(parts) && !reading->rc; i++ )
    {
        bool is_there =
            find_attribute(reading, attributes, parts[i].name, &entry.part[i]);

        /* libvirt takes what is missing for 0, but for bus and slot. */
        if ( is_there ? !read_number(reading->config->text, entry.part[i],
                                     parts[i].most, &number[i])
                      : i == 1 || i == 2 )
        {
            tool_error("%s:%lu: found no %s as libvirt has it in the address "
                       "of a PCI device",
                       reading->config->path, entry.line, parts[i].name);
            reading->rc = -EINVAL;
        }
    }
    if ( reading->rc )
        return;
    entry.sbdf = XPCI_SBDF(number[0], number[1], (number[2] << 3) | number[3]);
    entry.text = strdup(xpci_sbdf_format(text, entry.sbdf));
    reading->rc = entry.text ? guests_add(reading->guests, &entry) : -ENOMEM;
}

/* Where the tag ends or ended that the parser has just read. */
static size_t tag_end(const struct reading *reading, size_t from)
{
    const char *text = reading->config->text;
    const char *end = memchr(text + from, '>', reading->config->size - from);

    return end ? (size_t)(end - text) + 1 : reading->config->size;
}

/* In a tag there is no other "<". */
static size_t tag_begin(const struct reading *reading, size_t from)
{
    while ( from && reading->config->text[from] != '<' )
        from--;
    return from;
}

/* With the blanks and the newline above it. */
static size_t with_blanks(const struct reading *reading, size_t begin)
{
    const char *text = reading->config->text;
    size_t at = begin;

    while ( at && (text[at - 1] == ' ' || text[at - 1] == '\t') )
        at--;
    return at && text[at - 1] == '\n' ? at - 1 : begin;
}

static void start_element(void *data, const xmlChar *name,
                          const xmlChar *prefix, const xmlChar *space,
                          int space_count, const xmlChar **spaces, int count,
                          int defaulted, const xmlChar **items)
{
    struct reading *reading = ((xmlParserCtxtPtr)data)->_private;
    const struct attributes attributes = { items, count };
    size_t at = offset_of(reading, reading->context->input->cur);

    (void)prefix;
    (void)space_count;
    (void)spaces;
    (void)defaulted;
    if ( reading->depth < DEPTH_MOST )
        reading->names[reading->depth] = (const char *)name;
    reading->depth++;
    if ( reading->rc )
        return;
    if ( at > reading->config->size )
        at = reading->config->size;
    if ( is_in(reading, "domain/devices/hostdev") )
        reading->is_pci = has_value(reading, &attributes, "type", "pci");
    else if ( is_in(reading, "domain/devices/interface") )
        reading->is_pci = has_value(reading, &attributes, "type", "hostdev");
    else if ( is_in(reading, "domain/devices/*/source/address") &&
              reading->is_pci )
        take_address(reading, &attributes);
    else if ( is_in(reading, "domain/metadata") )
        reading->config->metadata =
            (struct guest_span){ tag_begin(reading, at ? at - 1 : 0),
                                 tag_end(reading, at) };
    else if ( is_in(reading, "domain/metadata/notes") && space &&
              !strcmp((const char *)space, NOTES_SPACE) )
    {
        reading->is_ours = true;
        reading->config->noted.begin =
            with_blanks(reading, tag_begin(reading, at ? at - 1 : 0));
    }
    reading->collects =
        is_in(reading, "domain/name") ||
        (reading->is_ours && is_in(reading, "domain/metadata/notes/note"));
    reading->length = 0;
    reading->began = at;
}

static void end_collecting(struct reading *reading, size_t at)
{
    if ( is_in(reading, "domain/name") )
    {
        free(reading->name);
        reading->name = strndup(reading->text, reading->length);
        reading->config->name_end = at;
        if ( !reading->name )
            reading->rc = -ENOMEM;
    }
    else
        reading->rc = guest_notes_add(
            reading->config, (struct guest_span){ reading->began, at },
            reading->text, reading->text + reading->length,
            (unsigned long)reading->context->input->line);
}

static void end_element(void *data, const xmlChar *name, const xmlChar *prefix,
                        const xmlChar *space)
{
    struct reading *reading = ((xmlParserCtxtPtr)data)->_private;
    size_t at = offset_of(reading, reading->context->input->cur);

    (void)name;
    (void)prefix;
    (void)space;
    if ( !reading->rc && reading->collects )
        end_collecting(reading, at);
    reading->collects = false;
    if ( reading->is_ours && is_in(reading, "domain/metadata/notes") )
    {
        reading->is_ours = false;
        reading->config->noted.end = at;
    }
    if ( is_in(reading, "domain/devices/*") )
        reading->is_pci = false;
    reading->depth--;
}

static void take_text(void *data, const xmlChar *text, int length)
{
    struct reading *reading = ((xmlParserCtxtPtr)data)->_private;

    if ( !reading->collects || length < 0 ||
         (size_t)length > sizeof(reading->text) - reading->length )
        return;
    memcpy(reading->text + reading->length, text, (size_t)length);
    reading->length += (size_t)length;
}

/* The file's own name where the domain has none. */
static int name_entries(struct reading *reading, size_t first)
{
    const char *base = strrchr(reading->config->path, '/');
    size_t i;

    base = base ? base + 1 : reading->config->path;
    for ( i = first; i < reading->guests->count; i++ )
    {
        char *name = strdup(reading->name ? reading->name : base);

        if ( !name )
            return -ENOMEM;
        reading->guests->entries[i].guest = name;
    }
    reading->guests->guest_count += reading->guests->count > first;
    return 0;
}

static int parse(struct reading *reading, const struct library *library)
{
    xmlParserCtxtPtr context = reading->context;
    xmlSAXHandler *sax = context->sax;

    library->use_options(context, XML_PARSE_NONET | XML_PARSE_NOERROR |
                                      XML_PARSE_NOWARNING);
    context->_private = reading;
    memset(sax, 0, sizeof(*sax));
    sax->initialized = XML_SAX2_MAGIC;
    sax->startElementNs = start_element;
    sax->endElementNs = end_element;
    sax->characters = take_text;
    sax->ignorableWhitespace = take_text;
    library->parse(context);
    if ( reading->rc )
        return reading->rc;
    if ( context->wellFormed && reading->config->name_end )
        return 0;
    tool_error(
        "%s:%d: %s", reading->config->path,
        context->wellFormed ? 1 : context->lastError.line,
        context->wellFormed
            ? "found no <domain> with a <name>, expected one of libvirt's"
            : "the XML is not well-formed");
    return -EINVAL;
}

int guest_libvirt_parse(struct guests *guests)
{
    size_t first = guests->count, number = guests->config_count - 1;
    struct reading *reading = calloc(1, sizeof(*reading));
    struct library library;
    int rc = -ENOMEM;

    if ( !reading )
        return rc;
    reading->guests = guests;
    reading->number = number;
    reading->config = &guests->configs[number];
    if ( !open_library(&library) )
    {
        tool_error("%s: to read XML takes " LIBRARY " (apt install libxml2)",
                   reading->config->path);
        free(reading);
        return -EINVAL;
    }
    reading->context =
        library.create(reading->config->text, (int)reading->config->size);
    if ( reading->context )
    {
        rc = parse(reading, &library);
        library.destroy(reading->context);
    }
    if ( !rc )
        rc = name_entries(reading, first);
    if ( !rc )
        guest_notes_attach(guests, number);
    free(reading->name);
    free(reading);
    return rc;
}

/* The number in the form that it had. */
static int correct_part(struct edits *edits, const struct guest_config *config,
                        struct guest_span span, unsigned int digits,
                        unsigned int number)
{
    bool is_hex = span.end - span.begin > 2 &&
                  !memcmp(config->text + span.begin, "0x", 2);
    char *text;

    if ( !span.end )
        return number ? -EINVAL : 0;
    if ( asprintf(&text, is_hex ? "0x%0*x" : "%0*u", is_hex ? (int)digits : 1,
                  number) < 0 )
        return -ENOMEM;
    return edits_add(edits, span.begin, span.end, text);
}

int guest_libvirt_correct(struct edits *edits,
                          const struct guest_config *config,
                          const struct guest_entry *entry)
{
    static const unsigned int digits[4] = { 4, 2, 2, 1 };
    const unsigned int now[4] = { XPCI_SEGMENT(entry->now),
                                  XPCI_BUS(entry->now), XPCI_DEV(entry->now),
                                  XPCI_FUNC(entry->now) };
    unsigned int i;
    int rc = 0;

    for ( i = 0; !rc && i < ARRAY_SIZE(now); i++ )
        rc = correct_part(edits, config, entry->part[i], digits[i], now[i]);
    return rc;
}

/* Our element of the metadata, on lines of its own. */
static int print_notes(char **text, const char *notes, const char *before,
                       const char *behind)
{
    size_t size;
    FILE *out = open_memstream(text, &size);

    if ( !out )
        return -ENOMEM;
    fprintf(out, "%s\n    <xl-pci:notes xmlns:xl-pci=\"" NOTES_SPACE "\">\n",
            before);
    while ( *notes )
    {
        size_t length = strcspn(notes, "\n");

        fprintf(out, "      " GUEST_NOTE_XML "%.*s</xl-pci:note>\n",
                (int)length, notes);
        notes += length + 1;
    }
    fprintf(out, "    </xl-pci:notes>%s", behind);
    if ( !fclose(out) )
        return 0;
    free(*text);
    *text = NULL;
    return -ENOMEM;
}

int guest_libvirt_note(struct edits *edits, const struct guest_config *config,
                       const char *notes)
{
    const struct guest_span metadata = config->metadata;
    bool is_empty = metadata.end && config->text[metadata.end - 2] == '/';
    const char *before = is_empty || !metadata.end ? "<metadata>" : "";
    const char *behind = is_empty || !metadata.end ? "\n  </metadata>" : "";
    struct guest_span span = { metadata.end, metadata.end };
    char *text = NULL;
    int rc = 0;

    if ( config->noted.end )
        rc = edits_add(edits, config->noted.begin, config->noted.end,
                       strdup(""));
    if ( rc || !*notes )
        return rc;
    if ( is_empty )
        span.begin = metadata.begin;
    else if ( !metadata.end )
    {
        span = (struct guest_span){ config->name_end, config->name_end };
        before = "\n  <metadata>";
    }
    rc = print_notes(&text, notes, before, behind);
    return rc ? rc : edits_add(edits, span.begin, span.end, text);
}
