/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing one JSON value on one line, by json-c.
 */
#include <assert.h>
#include <stdarg.h>

#include <json-c/json.h>

#include <xen-pci/snapshot.h>

#include "json.h"

void json_begin(struct json_writer *writer, FILE *out)
{
    writer->out = out;
    writer->depth = 0;
    writer->open[0] = NULL;
    writer->failed = false;
}

int json_print(struct json_writer *writer)
{
    const char *text = NULL;
    int rc = 0;

    assert(writer->depth == 0);
    if ( !writer->failed )
        text = json_object_to_json_string_ext(
            writer->open[0],
            JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
    if ( !text )
        rc = -ENOMEM;
    else if ( fprintf(writer->out, "%s\n", text) < 0 || ferror(writer->out) )
        rc = -EIO;
    json_object_put(writer->open[0]);
    writer->open[0] = NULL;

    return rc;
}

void json_drop(struct json_writer *writer)
{
    json_object_put(writer->open[0]);
    writer->open[0] = NULL;
}

/* Put `value`, which becomes the writer's, into what is open. */
static void put(struct json_writer *writer, const char *key,
                struct json_object *value)
{
    struct json_object *into =
        writer->depth ? writer->open[writer->depth - 1] : NULL;
    int rc;

    if ( !into )
        rc = -1;
    else if ( key )
        rc = json_object_object_add_ex(into, key, value,
                                       JSON_C_OBJECT_ADD_KEY_IS_NEW |
                                           JSON_C_OBJECT_ADD_CONSTANT_KEY);
    else
        rc = json_object_array_add(into, value);
    if ( !rc )
        return;
    writer->failed = true;
    json_object_put(value);
}

/* NULL is no value here, but a failed allocation. */
static void put_value(struct json_writer *writer, const char *key,
                      struct json_object *value)
{
    if ( value )
        put(writer, key, value);
    else
        writer->failed = true;
}

void json_open(struct json_writer *writer, const char *key, char bracket)
{
    struct json_object *value =
        bracket == '{' ? json_object_new_object() : json_object_new_array();

    assert(writer->depth < JSON_DEPTH);
    if ( writer->depth )
        put_value(writer, key, value);
    else
        writer->failed = !value;
    /* After a failed put() nothing goes into the freed value. */
    writer->open[writer->depth++] = writer->failed ? NULL : value;
}

void json_close(struct json_writer *writer)
{
    assert(writer->depth > 0);
    writer->depth--;
}

void json_text(struct json_writer *writer, const char *key, const char *text)
{
    if ( text )
        put_value(writer, key, json_object_new_string(text));
    else
        put(writer, key, NULL);
}

void json_format(struct json_writer *writer, const char *key,
                 const char *format, ...)
{
    char text[64];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    json_text(writer, key, text);
}

void json_bus(struct json_writer *writer, const char *key, bool applies,
              uint8_t bus)
{
    if ( applies )
        json_format(writer, key, "%02x", bus);
    else
        json_text(writer, key, NULL);
}

void json_sbdf(struct json_writer *writer, const char *key,
               const uint32_t *sbdf)
{
    char text[XPCI_SBDF_LENGTH];

    json_text(writer, key, sbdf ? xpci_sbdf_format(text, *sbdf) : NULL);
}

void json_number(struct json_writer *writer, const char *key, int64_t number)
{
    put_value(writer, key, json_object_new_int64(number));
}

void json_node(struct json_writer *writer, const char *key, uint32_t node)
{
    if ( node == XPCI_NO_NODE )
        json_text(writer, key, NULL);
    else
        json_number(writer, key, node);
}

void json_boolean(struct json_writer *writer, const char *key, bool value)
{
    put_value(writer, key, json_object_new_boolean(value));
}

void json_maybe(struct json_writer *writer, const char *key, bool known,
                bool value)
{
    if ( known )
        json_boolean(writer, key, value);
    else
        json_text(writer, key, NULL);
}
