/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages about errors and warnings.
 */
#include <stdio.h>

#include "message.h"

static void replace_controls(char *text)
{
    for ( ; *text; text++ )
        if ( (unsigned char)*text < ' ' || *text == 0x7f )
            *text = '?';
}

void message_set_va(struct xpci_message *message, const char *format,
                    va_list arguments)
{
    if ( !message )
        return;
    if ( vsnprintf(message->text, sizeof(message->text), format, arguments) <
         0 )
        message->text[0] = '\0';
    replace_controls(message->text);
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
