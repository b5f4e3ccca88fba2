/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages about errors and warnings.
 */
#include <stdio.h>

#include "message.h"

/*
 * The length of the UTF-8 character at `text`, or 0 where there is none: a
 * byte alone, one too long, a surrogate, or nothing that is printed.
 */
static size_t character_length(const unsigned char *text)
{
    unsigned long code;
    size_t length, i;

    if ( *text < 0x80 )
        return *text >= ' ' && *text != 0x7f;
    length = *text >= 0xf0 ? 4 : *text >= 0xe0 ? 3 : 2;
    if ( *text < 0xc2 || *text > 0xf4 )
        return 0;
    code = *text & (0x7fU >> length);
    for ( i = 1; i < length; i++ )
    {
        if ( (text[i] & 0xc0U) != 0x80 )
            return 0;
        code = code << 6 | (text[i] & 0x3fU);
    }
    if ( code < 0xa0 || (length == 3 && code < 0x800) ||
         (length == 4 && (code < 0x10000 || code > 0x10ffff)) ||
         (code >= 0xd800 && code < 0xe000) || (code & 0xfffeU) == 0xfffe )
        return 0;

    return length;
}

char *text_clean(char *text)
{
    char *at = text;

    while ( *at )
    {
        size_t length = character_length((const unsigned char *)at);

        if ( !length )
            *at = '?';
        at += length ? length : 1;
    }

    return text;
}

void message_set_va(struct xpci_message *message, const char *format,
                    va_list arguments)
{
    if ( !message )
        return;
    if ( vsnprintf(message->text, sizeof(message->text), format, arguments) <
         0 )
        message->text[0] = '\0';
    text_clean(message->text);
}

void message_set(struct xpci_message *message, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    message_set_va(message, format, arguments);
    va_end(arguments);
}

int message_unexpected(struct xpci_message *message, const char *name,
                       unsigned long line, const char *found,
                       const char *format, ...)
{
    struct xpci_message expected;
    va_list arguments;

    va_start(arguments, format);
    message_set_va(&expected, format, arguments);
    va_end(arguments);
    message_set(message, "%.200s:%lu: found %.100s, expected %.150s", name,
                line, found, expected.text);

    return -EINVAL;
}

void warning_say(const struct warning_sink *sink, const char *format, ...)
{
    struct xpci_message message;
    va_list arguments;

    if ( !sink->warn )
        return;
    va_start(arguments, format);
    message_set_va(&message, format, arguments);
    va_end(arguments);
    sink->warn(sink->data, message.text);
}
