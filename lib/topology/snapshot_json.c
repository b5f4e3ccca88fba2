/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A topology as JSON, after the contract "The topology as JSON": every key is
 * always there, null where it does not apply.
 */
#include <json-c/json.h>

#include <xen-pci/embedded.h>

#define FORMAT_NUMBER 1

/*
 * Takes over `value`, which is NULL when there was no memory for it (`null`
 * is asked for by `put_null`).
 */
static int put(struct json_object *object, const char *key,
               struct json_object *value)
{
    if ( !value )
        return -ENOMEM;
    if ( json_object_object_add_ex(object, key, value,
                                   JSON_C_OBJECT_ADD_KEY_IS_NEW |
                                       JSON_C_OBJECT_ADD_CONSTANT_KEY) )
    {
        json_object_put(value);
        return -ENOMEM;
    }

    return 0;
}

static int put_null(struct json_object *object, const char *key)
{
    return json_object_object_add_ex(object, key, NULL,
                                     JSON_C_OBJECT_ADD_KEY_IS_NEW |
                                         JSON_C_OBJECT_ADD_CONSTANT_KEY)
               ? -ENOMEM
               : 0;
}

static int put_text(struct json_object *object, const char *key,
                    const char *text)
{
    return put(object, key, json_object_new_string(text));
}

static int put_bool(struct json_object *object, const char *key, bool value)
{
    return put(object, key, json_object_new_boolean(value));
}

/* `digits` hex digits, or null. */
static int put_hex(struct json_object *object, const char *key, bool applies,
                   int digits, uint32_t value)
{
    char text[16];

    if ( !applies )
        return put_null(object, key);
    snprintf(text, sizeof(text), "%0*x", digits, value);

    return put_text(object, key, text);
}

static int put_sbdf(struct json_object *object, const char *key, bool applies,
                    uint32_t sbdf)
{
    char text[XPCI_SBDF_LENGTH];

    return applies ? put_text(object, key, xpci_sbdf_format(text, sbdf))
                   : put_null(object, key);
}

static int put_node(struct json_object *object, const char *key, uint32_t node)
{
    return node == XPCI_NO_NODE ? put_null(object, key)
                                : put(object, key, json_object_new_int64(node));
}

/* Takes over `value`, NULL when there was no memory for it. */
static int append(struct json_object *array, struct json_object *value)
{
    if ( !value )
        return -ENOMEM;
    if ( json_object_array_add(array, value) )
    {
        json_object_put(value);
        return -ENOMEM;
    }

    return 0;
}

static struct json_object *device_json(const struct xpci_snapshot *snapshot,
                                       const struct xpci_device_info *info)
{
    struct json_object *object = json_object_new_object();
    bool bridge = info->flags & XPCI_BRIDGE;
    char path[XPCI_PATH_LENGTH];

    if ( !object )
        return NULL;
    if ( put_sbdf(object, "sbdf", true, info->sbdf) ||
         put_text(object, "path",
                  xpci_path_format(path, snapshot, info->sbdf)) ||
         put_text(object, "type", xpci_type_name(info->type)) ||
         put_hex(object, "class", true, 6, info->class_revision >> 8) ||
         put_hex(object, "vendor", true, 4, info->vendor) ||
         put_hex(object, "device", true, 4, info->device) ||
         put_hex(object, "primary", bridge, 2, info->primary) ||
         put_hex(object, "secondary", bridge, 2, info->secondary) ||
         put_hex(object, "subordinate", bridge, 2, info->subordinate) ||
         put_bool(object, "configured", info->flags & XPCI_CONFIGURED) ||
         put_bool(object, "conflict", info->flags & XPCI_CONFLICT) ||
         put_sbdf(object, "physfn", info->flags & XPCI_VIRTFN, info->physfn) ||
         put_node(object, "node", info->node) )
    {
        json_object_put(object);
        return NULL;
    }

    return object;
}

static struct json_object *bus_json(const struct xpci_bus_info *info)
{
    struct json_object *object = json_object_new_object();

    if ( !object )
        return NULL;
    if ( put_hex(object, "bus", true, 2, info->bus) ||
         put_sbdf(object, "bridge", true, info->bridge) ||
         put_sbdf(object, "alias", info->has_upstream, info->upstream) )
    {
        json_object_put(object);
        return NULL;
    }

    return object;
}

static struct json_object *problem_json(
    const struct xpci_snapshot_problem *problem)
{
    struct json_object *object = json_object_new_object();

    if ( !object )
        return NULL;
    if ( put_text(object, "kind", xpci_problem_name(problem->kind)) ||
         put_sbdf(object, "sbdf", problem->has_sbdf, problem->sbdf) ||
         put_hex(object, "bus", problem->has_bus, 2, problem->bus) ||
         put_text(object, "text", problem->text) )
    {
        json_object_put(object);
        return NULL;
    }

    return object;
}

/* The devices and buses of `segment`, from `*device` and `*bus` on. */
static int fill_segment(struct json_object *object,
                        const struct xpci_snapshot *snapshot, uint16_t segment,
                        size_t *device, size_t *bus)
{
    struct json_object *devices = json_object_new_array();
    struct json_object *buses = json_object_new_array();
    int rc = put_hex(object, "segment", true, 4, segment);

    if ( !rc )
        rc = devices && buses ? 0 : -ENOMEM;
    for ( ; !rc && *device < snapshot->device_count &&
            XPCI_SEGMENT(snapshot->devices[*device].sbdf) == segment;
          ++*device )
        rc =
            append(devices, device_json(snapshot, &snapshot->devices[*device]));
    for ( ; !rc && *bus < snapshot->bus_count &&
            snapshot->buses[*bus].segment == segment;
          ++*bus )
        rc = append(buses, bus_json(&snapshot->buses[*bus]));
    if ( rc )
        goto out;

    rc = put(object, "devices", devices);
    devices = NULL;
    if ( !rc )
    {
        rc = put(object, "buses", buses);
        buses = NULL;
    }

out:
    json_object_put(devices);
    json_object_put(buses);

    return rc;
}

static int fill_segments(struct json_object *array,
                         const struct xpci_snapshot *snapshot)
{
    size_t device = 0, bus = 0;

    while ( device < snapshot->device_count || bus < snapshot->bus_count )
    {
        struct json_object *object = json_object_new_object();
        uint16_t segment = 0xffff;
        int rc;

        if ( device < snapshot->device_count )
            segment = XPCI_SEGMENT(snapshot->devices[device].sbdf);
        if ( bus < snapshot->bus_count &&
             snapshot->buses[bus].segment < segment )
            segment = snapshot->buses[bus].segment;

        rc = append(array, object);
        if ( !rc )
            rc = fill_segment(object, snapshot, segment, &device, &bus);
        if ( rc )
            return rc;
    }

    return 0;
}

static int fill_problems(struct json_object *array,
                         const struct xpci_snapshot *snapshot)
{
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < snapshot->problem_count; i++ )
        rc = append(array, problem_json(&snapshot->problems[i]));

    return rc;
}

/* An array under `key`, filled by `fill`. */
static int put_array(struct json_object *object, const char *key,
                     int (*fill)(struct json_object *array,
                                 const struct xpci_snapshot *snapshot),
                     const struct xpci_snapshot *snapshot)
{
    struct json_object *array = json_object_new_array();
    int rc = put(object, key, array);

    return rc ? rc : fill(array, snapshot);
}

static int fill_topology(struct json_object *object,
                         const struct xpci_snapshot *snapshot)
{
    int rc = put(object, "format", json_object_new_int(FORMAT_NUMBER));

    if ( !rc )
        rc = put_text(object, "source", xpci_source_name(snapshot->source));
    if ( !rc )
        rc = put(object, "generation",
                 json_object_new_int64(snapshot->generation));
    if ( !rc )
        rc = put_array(object, "segments", fill_segments, snapshot);
    if ( !rc )
        rc = put_array(object, "problems", fill_problems, snapshot);

    return rc;
}

int snapshot_print_json(const struct xpci_snapshot *snapshot, FILE *out)
{
    struct json_object *object = json_object_new_object();
    const char *text;
    int rc = object ? fill_topology(object, snapshot) : -ENOMEM;

    if ( rc )
        goto out;

    text = json_object_to_json_string_ext(
        object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
    if ( !text )
        rc = -ENOMEM;
    else if ( fprintf(out, "%s\n", text) < 0 || ferror(out) )
        rc = -EIO;

out:
    json_object_put(object);

    return rc;
}
