/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every command prints in the same way: errors, progress, colours,
 * names of devices, bus numbers.
 */
#ifndef XL_PCI_TEXT_H
#define XL_PCI_TEXT_H

#include <xen-pci/snapshot.h>

#include "json.h"

/* Exit codes (formats.md). */
enum tool_exit {
    TOOL_DONE = 0,
    TOOL_WRONG = 1,   /* done, and something is wrong */
    TOOL_USAGE = 2,   /* usage, or input that cannot be read */
    TOOL_REFUSED = 3, /* the system refused, or there is no such device */
};

/* A line on standard error that begins with the tool's name. */
void tool_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void tool_warning(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* "1 device", "2 devices". */
#define PLURAL(count) ((count) == 1 ? "" : "s")

/* json_print(), with the error printed. */
int json_end(struct json_writer *writer);

/*
 * The next steps may take long: after each second standard error says so, on
 * one line, if it is a terminal.  One at a time; printf-like.
 */
void progress_begin(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* The steps are done: erase the line. */
void progress_end(void);

enum colour {
    COLOUR_PLAIN,
    COLOUR_BAD,    /* wrong, went */
    COLOUR_ODD,    /* changed, moved */
    COLOUR_GOOD,   /* well, came */
    COLOUR_STRONG, /* the subject of a line */
};

/*
 * The escape sequence to print before a text, empty unless standard output is
 * a terminal and NO_COLOR is unset; COLOUR_PLAIN ends the colour.
 */
const char *colour(enum colour colour);

/* Names of devices, from pci.ids by libpci. */
#define NAME_LENGTH 256

struct names;

/*
 * `ids`: a file like pci.ids, or NULL for the system's.  NULL after an error
 * was printed.
 */
struct names *names_open(const char *ids, bool numeric);
void names_close(struct names *names);

/*
 * "Intel Corporation 82540EM", "8086:100e" where numbers were asked for;
 * with `with_class` "Ethernet controller: ..." as lspci has it.  `text` has
 * NAME_LENGTH bytes.  Returns `text`.
 */
const char *names_device(struct names *names, char *text,
                         const struct xpci_device_info *info, bool with_class);

/*
 * For places with little room: the vendor in a word or two, "AMD Matisse USB
 * 3.0 Host Controller".  Otherwise as names_device().
 */
const char *names_short(struct names *names, char *text,
                        const struct xpci_device_info *info);

/* The word for a type, "?" where it was not read. */
const char *type_word(const struct xpci_device_info *info);
/* The same, NULL where it was not read. */
const char *type_value(const struct xpci_device_info *info);

/*
 * The alias of a bus: its SBDF, "-" where there is none, "?" where that is not
 * known.  `text` has XPCI_SBDF_LENGTH bytes.  Returns `text`.
 */
const char *alias_format(char *text, const struct xpci_bus_info *bus);
/* "alias" and "aliased", of a bus or of a root bus (NULL). */
void json_alias(struct json_writer *json, const struct xpci_bus_info *bus);

/* Room for the bus numbers of a bridge: "[06-08]". */
#define RANGE_LENGTH 8

/* "[06-08]", "[06]"; "-" for a device without bus numbers.  Returns `text`. */
const char *range_format(char *text, const struct xpci_device_info *info);

/* Room for "buses 06-08". */
#define BUSES_LENGTH 16

/* "bus 06", "buses 06-08", of a bridge.  Returns `text`. */
const char *buses_format(char *text, const struct xpci_device_info *info);

#endif /* XL_PCI_TEXT_H */
