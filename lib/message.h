/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages about errors and warnings.
 */
#ifndef LIB_MESSAGE_H
#define LIB_MESSAGE_H

#include <stdarg.h>

#include <xen-pci/embedded.h>

/*
 * Replace each byte of `text` that is no part of a printable UTF-8 character
 * by a question mark: control characters of ASCII and of Unicode, what is not
 * UTF-8.  So it does nothing to a terminal, and fits into XML.  Returns `text`.
 */
char *text_clean(char *text);

/*
 * Set `message` (NULL is fine), cut to its size, and cleaned: names of
 * files come from outside.
 */
void message_set(struct xpci_message *message, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void message_set_va(struct xpci_message *message, const char *format,
                    va_list arguments) __attribute__((format(printf, 2, 0)));

/*
 * "NAME:LINE: found FOUND, expected ..." of input that cannot be read.
 * Returns -EINVAL.
 */
int message_unexpected(struct xpci_message *message, const char *name,
                       unsigned long line, const char *found,
                       const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Receives warnings about input that is readable only in part. */
struct warning_sink {
    config_space_warn *warn; /* may be NULL */
    void *data;
};

void warning_say(const struct warning_sink *sink, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif /* LIB_MESSAGE_H */
