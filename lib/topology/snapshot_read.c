/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A topology that snapshot_print_json() wrote, read again.
 */
#include <stdio.h>
#include <stdlib.h>

#include <json-c/json.h>

#include "input.h"
#include "message.h"
#include "ownership.h"

/* Format 1 had no owners. */
#define FORMAT_FIRST 1
#define FORMAT_LAST 2
#define FILE_MOST (256U << 20)
#define DEPTH_MOST 16
#define SHOWN 40 /* characters of a value in a message */

/* Where in the file we are, for messages, and the first error. */
struct reader {
    const char *name;
    uint32_t format;
    char where[64]; /* such as "segments[0].devices[3]" */
    struct xpci_message *message;
    int rc;
};

static void bad(struct reader *reader, const char *key,
                struct json_object *value, const char *expected)
{
    if ( reader->rc )
        return;
    reader->rc = -EINVAL;
    message_set(reader->message, "%.200s: %s%s%s: found %.*s, expected %s",
                reader->name, reader->where, *reader->where && *key ? "." : "",
                key, SHOWN, value ? json_object_to_json_string(value) : "null",
                expected);
}

/* The value at `key`; an error where there is no such key. */
static struct json_object *member(struct reader *reader,
                                  struct json_object *object, const char *key)
{
    struct json_object *value = NULL;

    if ( reader->rc )
        return NULL;
    if ( !json_object_is_type(object, json_type_object) )
        bad(reader, "", object, "an object");
    else if ( !json_object_object_get_ex(object, key, &value) )
    {
        reader->rc = -EINVAL;
        message_set(reader->message, "%.200s: %s: found no \"%s\", expected it",
                    reader->name, *reader->where ? reader->where : "top", key);
    }

    return value;
}

static const char *read_text(struct reader *reader, struct json_object *object,
                             const char *key)
{
    struct json_object *value = member(reader, object, key);

    if ( !reader->rc && !json_object_is_type(value, json_type_string) )
        bad(reader, key, value, "a string");

    return reader->rc ? "" : json_object_get_string(value);
}

/* Exactly `digits` hex digits. */
static uint32_t read_hex(struct reader *reader, struct json_object *object,
                         const char *key, size_t digits)
{
    struct json_object *value = member(reader, object, key);
    char expected[32];
    const char *text;

    if ( reader->rc )
        return 0;
    text = json_object_is_type(value, json_type_string)
               ? json_object_get_string(value)
               : "";
    if ( strlen(text) == digits && strspn(text, "0123456789abcdef") == digits )
        return (uint32_t)strtoul(text, NULL, 16);
    snprintf(expected, sizeof(expected), "%zu hex digits", digits);
    bad(reader, key, value, expected);

    return 0;
}

static bool is_null(struct reader *reader, struct json_object *object,
                    const char *key)
{
    return !member(reader, object, key);
}

static uint32_t read_sbdf(struct reader *reader, struct json_object *object,
                          const char *key, uint16_t segment)
{
    struct json_object *value = member(reader, object, key);
    uint32_t sbdf = 0;

    if ( reader->rc )
        return 0;
    if ( !json_object_is_type(value, json_type_string) ||
         xpci_sbdf_parse(json_object_get_string(value), &sbdf) ||
         XPCI_SEGMENT(sbdf) != segment )
        bad(reader, key, value, "an SBDF in its segment");

    return sbdf;
}

/* Null, of what is no bridge, is as false; it was false in older files. */
static bool read_bool_or_null(struct reader *reader, struct json_object *object,
                              const char *key)
{
    struct json_object *value = member(reader, object, key);

    if ( !reader->rc && value &&
         !json_object_is_type(value, json_type_boolean) )
        bad(reader, key, value, "true, false or null");

    return !reader->rc && json_object_get_boolean(value);
}

static uint32_t read_number(struct reader *reader, struct json_object *object,
                            const char *key)
{
    struct json_object *value = member(reader, object, key);

    if ( !reader->rc && (!json_object_is_type(value, json_type_int) ||
                         json_object_get_int64(value) < 0 ||
                         json_object_get_int64(value) > (int64_t)UINT32_MAX) )
        bad(reader, key, value, "a number from 0 to 4294967295");

    return reader->rc ? 0 : (uint32_t)json_object_get_int64(value);
}

static uint16_t read_owner(struct reader *reader, struct json_object *object)
{
    uint16_t owner = XPCI_OWNER_UNKNOWN;

    if ( reader->format > FORMAT_FIRST && !is_null(reader, object, "owner") &&
         ownership_parse(read_text(reader, object, "owner"), &owner) )
        bad(reader, "owner", member(reader, object, "owner"),
            "dom0, domN, quarantine or xen");

    return owner;
}

/* Null: it was not read. */
static uint8_t read_type(struct reader *reader, struct json_object *object)
{
    const char *text;
    unsigned int type;

    if ( is_null(reader, object, "type") )
        return XPCI_TYPE_UNKNOWN;
    text = read_text(reader, object, "type");
    for ( type = 0; type < XPCI_TYPES; type++ )
        if ( !strcmp(text, xpci_type_name(type)) )
            return (uint8_t)type;
    if ( !reader->rc )
        bad(reader, "type", member(reader, object, "type"), "a device type");

    return XPCI_TYPE_UNKNOWN;
}

static void read_bridge(struct reader *reader, struct json_object *object,
                        struct xpci_device_info *info)
{
    info->flags |= XPCI_BRIDGE;
    info->header_type = info->type == XPCI_TYPE_CARDBUS_BRIDGE ? 2 : 1;
    info->primary = (uint8_t)read_hex(reader, object, "primary", 2);
    info->secondary = (uint8_t)read_hex(reader, object, "secondary", 2);
    info->subordinate = (uint8_t)read_hex(reader, object, "subordinate", 2);
}

static void read_device(struct reader *reader, struct xpci_snapshot *snapshot,
                        uint16_t segment, struct json_object *object)
{
    struct xpci_device_info info = { .node = XPCI_NO_NODE };

    info.sbdf = read_sbdf(reader, object, "sbdf", segment);
    info.type = read_type(reader, object);
    info.class_revision = read_hex(reader, object, "class", 6) << 8;
    info.vendor = (uint16_t)read_hex(reader, object, "vendor", 4);
    info.device = (uint16_t)read_hex(reader, object, "device", 4);
    if ( !is_null(reader, object, "secondary") )
        read_bridge(reader, object, &info);
    if ( read_bool_or_null(reader, object, "configured") )
        info.flags |= XPCI_CONFIGURED;
    if ( read_bool_or_null(reader, object, "conflict") )
        info.flags |= XPCI_CONFLICT;
    if ( !is_null(reader, object, "physfn") )
    {
        info.flags |= XPCI_VIRTFN;
        info.physfn = read_sbdf(reader, object, "physfn", segment);
    }
    else if ( info.vendor == 0xffff && !(info.flags & XPCI_BRIDGE) )
        info.flags |= XPCI_VIRTFN_UNREAD;
    if ( !is_null(reader, object, "node") )
        info.node = read_number(reader, object, "node");
    info.owner = read_owner(reader, object);
    if ( !reader->rc )
        reader->rc = xpci_snapshot_add_device(snapshot, &info);
}

/* Files of before the key was there say what they know. */
static bool is_unread(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;

    return json_object_object_get_ex(object, key, &value) && !value;
}

static void read_bus(struct reader *reader, struct xpci_snapshot *snapshot,
                     uint16_t segment, struct json_object *object)
{
    struct xpci_bus_info info = { .segment = segment };

    info.bus = (uint8_t)read_hex(reader, object, "bus", 2);
    info.bridge = read_sbdf(reader, object, "bridge", segment);
    info.has_upstream = !is_null(reader, object, "alias");
    if ( info.has_upstream )
        info.upstream = read_sbdf(reader, object, "alias", segment);
    info.upstream_unread = !info.has_upstream && is_unread(object, "aliased");
    if ( !reader->rc )
        reader->rc = xpci_snapshot_add_bus(snapshot, &info);
}

static void read_problem(struct reader *reader, struct xpci_snapshot *snapshot,
                         struct json_object *object)
{
    const char *word = read_text(reader, object, "kind");
    const char *text = read_text(reader, object, "text");
    struct json_object *place = member(reader, object, "sbdf");
    unsigned int kind;
    uint32_t sbdf = 0;
    int bus = -1;

    for ( kind = XPCI_PROBLEM_STALE; kind < XPCI_PROBLEMS; kind++ )
        if ( !strcmp(word, xpci_problem_name(kind)) )
            break;
    if ( kind == XPCI_PROBLEMS )
        bad(reader, "kind", member(reader, object, "kind"),
            "a kind of problem");
    if ( place && (!json_object_is_type(place, json_type_string) ||
                   xpci_sbdf_parse(json_object_get_string(place), &sbdf)) )
        bad(reader, "sbdf", place, "an SBDF or null");
    if ( !is_null(reader, object, "bus") )
        bus = (int)read_hex(reader, object, "bus", 2);
    if ( !reader->rc )
        reader->rc = xpci_snapshot_add_problem(
            snapshot, kind, place ? &sbdf : NULL, -1, bus, "%s", text);
}

/* The array at `key`: its length, 0 after an error. */
static size_t array_length(struct reader *reader, struct json_object *object,
                           const char *key, struct json_object **array)
{
    *array = member(reader, object, key);
    if ( !reader->rc && !json_object_is_type(*array, json_type_array) )
        bad(reader, key, *array, "an array");

    return reader->rc ? 0 : json_object_array_length(*array);
}

static void read_segment(struct reader *reader, struct xpci_snapshot *snapshot,
                         size_t number, struct json_object *object)
{
    struct json_object *array;
    uint16_t segment;
    size_t i, count;

    snprintf(reader->where, sizeof(reader->where), "segments[%zu]", number);
    segment = (uint16_t)read_hex(reader, object, "segment", 4);
    count = array_length(reader, object, "devices", &array);
    for ( i = 0; !reader->rc && i < count; i++ )
    {
        snprintf(reader->where, sizeof(reader->where),
                 "segments[%zu].devices[%zu]", number, i);
        read_device(reader, snapshot, segment,
                    json_object_array_get_idx(array, i));
    }
    if ( reader->rc )
        return;
    snprintf(reader->where, sizeof(reader->where), "segments[%zu]", number);
    count = array_length(reader, object, "buses", &array);
    for ( i = 0; !reader->rc && i < count; i++ )
    {
        snprintf(reader->where, sizeof(reader->where),
                 "segments[%zu].buses[%zu]", number, i);
        read_bus(reader, snapshot, segment,
                 json_object_array_get_idx(array, i));
    }
}

/* A device or a bus that stands there twice; both are sorted. */
static void check_once(struct reader *reader,
                       const struct xpci_snapshot *snapshot)
{
    char sbdf[XPCI_SBDF_LENGTH];
    size_t i;

    for ( i = 1; !reader->rc && i < snapshot->device_count; i++ )
    {
        if ( snapshot->devices[i].sbdf != snapshot->devices[i - 1].sbdf )
            continue;
        reader->rc = -EINVAL;
        message_set(
            reader->message, "%.200s: found device %s twice, expected it once",
            reader->name, xpci_sbdf_format(sbdf, snapshot->devices[i].sbdf));
    }
    for ( i = 1; !reader->rc && i < snapshot->bus_count; i++ )
    {
        const struct xpci_bus_info *bus = &snapshot->buses[i];

        if ( bus->segment != bus[-1].segment || bus->bus != bus[-1].bus )
            continue;
        reader->rc = -EINVAL;
        message_set(reader->message,
                    "%.200s: found bus %04x:%02x twice, expected it once",
                    reader->name, bus->segment, bus->bus);
    }
}

/* The alias' secondary bus is not in the file, and is its bridge's. */
static void fill_secondaries(struct xpci_snapshot *snapshot)
{
    size_t i;

    for ( i = 0; i < snapshot->bus_count; i++ )
    {
        struct xpci_bus_info *bus = &snapshot->buses[i];
        const struct xpci_device_info *bridge = NULL;

        if ( bus->has_upstream )
            bridge = xpci_snapshot_device(snapshot, bus->upstream);
        if ( bridge )
            bus->secondary = bridge->secondary;
    }
}

static void read_topology(struct reader *reader, struct xpci_snapshot *snapshot,
                          struct json_object *object)
{
    struct json_object *array;
    size_t i, count;

    reader->format = read_number(reader, object, "format");
    if ( reader->format < FORMAT_FIRST || reader->format > FORMAT_LAST )
        bad(reader, "format", member(reader, object, "format"),
            "format 1 or 2, as `xl-pci dump -o json` writes it");
    snapshot->generation = read_number(reader, object, "generation");
    snapshot->source = XPCI_SOURCE_FILE;
    count = array_length(reader, object, "segments", &array);
    for ( i = 0; !reader->rc && i < count; i++ )
        read_segment(reader, snapshot, i, json_object_array_get_idx(array, i));
    if ( !reader->rc )
        reader->where[0] = '\0';
    count = array_length(reader, object, "problems", &array);
    for ( i = 0; !reader->rc && i < count; i++ )
    {
        snprintf(reader->where, sizeof(reader->where), "problems[%zu]", i);
        read_problem(reader, snapshot, json_object_array_get_idx(array, i));
    }
    xpci_snapshot_sort(snapshot);
    check_once(reader, snapshot);
    fill_secondaries(snapshot);
}

static int read_whole(FILE *in, const char *name, char **text, size_t *size,
                      struct xpci_message *message)
{
    size_t room = 0, got = 1;
    int rc = 0;

    *text = NULL;
    *size = 0;
    while ( !rc && got )
    {
        if ( *size == room )
        {
            char *bigger;

            room = room ? 2 * room : 65536;
            bigger = room > FILE_MOST ? NULL : realloc(*text, room);
            if ( !bigger )
            {
                rc = room > FILE_MOST ? -EFBIG : -ENOMEM;
                break;
            }
            *text = bigger;
        }
        got = fread(*text + *size, 1, room - *size, in);
        *size += got;
    }
    if ( !rc && ferror(in) )
        rc = errno ? -errno : -EIO;
    if ( rc )
        message_set(message, "%.200s: cannot be read: %s", name,
                    input_error(-rc));

    return rc;
}

/* The line of byte `offset`, counted from 1. */
static unsigned long line_of(const char *text, size_t offset)
{
    unsigned long line = 1;
    size_t i;

    for ( i = 0; i < offset; i++ )
        line += text[i] == '\n';

    return line;
}

static int parse(const char *text, size_t size, const char *name,
                 struct json_object **object, struct xpci_message *message)
{
    struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MOST);
    enum json_tokener_error error;
    size_t end;

    if ( !tokener )
    {
        message_set(message, "%.200s: no memory", name);
        return -ENOMEM;
    }
    *object = json_tokener_parse_ex(tokener, text, (int)size);
    error = json_tokener_get_error(tokener);
    end = json_tokener_get_parse_end(tokener);
    json_tokener_free(tokener);
    if ( error == json_tokener_success )
    {
        end += strspn(text + end, " \t\r\n");
        if ( *object && end == size )
            return 0;
    }
    json_object_put(*object);
    *object = NULL;

    return message_unexpected(
        message, name, line_of(text, end),
        error == json_tokener_success    ? "text after its end"
        : error == json_tokener_continue ? "the end of the file"
                                         : json_tokener_error_desc(error),
        "one JSON object");
}

int snapshot_read_json(struct xpci_snapshot *snapshot, FILE *in,
                       const char *name, struct xpci_message *message)
{
    struct reader reader = { .name = name, .message = message };
    struct json_object *object = NULL;
    char *text = NULL;
    size_t size;

    reader.rc = read_whole(in, name, &text, &size, message);
    if ( reader.rc )
        goto out;
    /* There is room: the loop ends only when there was some left. */
    text[size] = '\0';
    reader.rc = parse(text, size, name, &object, message);
    if ( reader.rc )
        goto out;
    read_topology(&reader, snapshot, object);
    if ( reader.rc == -ENOMEM )
        message_set(message, "%.200s: no memory", name);

out:
    if ( reader.rc )
        xpci_snapshot_dispose(snapshot);
    json_object_put(object);
    free(text);

    return reader.rc;
}
