/* SPDX-License-Identifier: GPL-2.0-only */
/* A word on the terminal about what takes longer than a second. */
#ifndef XL_PCI_PROGRESS_H
#define XL_PCI_PROGRESS_H

/*
 * What follows may take long: after each second standard error says so, on
 * one line, if it is a terminal.  One at a time; printf-like.
 */
void progress_begin(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* It is done; the line is gone again. */
void progress_end(void);

#endif /* XL_PCI_PROGRESS_H */
