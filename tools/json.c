/* SPDX-License-Identifier: GPL-2.0-only */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>

#include <json-c/json.h>

#include "json.h"
#include "tool.h"

void json_begin(struct json_writer *writer, FILE *out)
{
    writer->out = out;
    writer->depth = 0;
    writer->has_items[0] = false;
    writer->failed = false;
}

int json_end(struct json_writer *writer)
{
    assert(writer->depth == 0);
    fputc('\n', writer->out);
    if ( !writer->failed )
        return 0;
    tool_error("no memory; the JSON is not whole");
    return -ENOMEM;
}

/* Takes `value` over; `is_null` tells a null from a failed allocation. */
static void write_value(struct json_writer *writer, struct json_object *value,
                        bool is_null)
{
    const char *text = NULL;

    if ( value || is_null )
        text = json_object_to_json_string_ext(
            value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
    if ( text )
        fputs(text, writer->out);
    else
        writer->failed = true;
    json_object_put(value);
}

static void write_key(struct json_writer *writer, const char *key)
{
    if ( writer->has_items[writer->depth] )
        fputc(',', writer->out);
    writer->has_items[writer->depth] = true;
    if ( !key )
        return;
    write_value(writer, json_object_new_string(key), false);
    fputc(':', writer->out);
}

void json_open(struct json_writer *writer, const char *key, char bracket)
{
    assert(writer->depth + 1 < JSON_DEPTH);
    write_key(writer, key);
    fputc(bracket, writer->out);
    writer->depth++;
    writer->has_items[writer->depth] = false;
    writer->closing[writer->depth] = bracket == '{' ? '}' : ']';
}

void json_close(struct json_writer *writer)
{
    assert(writer->depth > 0);
    fputc(writer->closing[writer->depth], writer->out);
    writer->depth--;
}

void json_text(struct json_writer *writer, const char *key, const char *text)
{
    write_key(writer, key);
    write_value(writer, text ? json_object_new_string(text) : NULL, !text);
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

void json_boolean(struct json_writer *writer, const char *key, bool value)
{
    write_key(writer, key);
    write_value(writer, json_object_new_boolean(value), false);
}

void json_number(struct json_writer *writer, const char *key, int64_t number)
{
    write_key(writer, key);
    write_value(writer, json_object_new_int64(number), false);
}
