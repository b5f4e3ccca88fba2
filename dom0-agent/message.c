/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>

#include "message.h"

void message_say(struct xpci_message *message, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message->text, sizeof(message->text), format, arguments);
    va_end(arguments);
}
