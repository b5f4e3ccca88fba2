/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every command prints in the same way: errors, progress, colours,
 * names of devices, bus numbers.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <pci/pci.h>

#include "message.h"
#include "text.h"

/* Names in it come from outside: arguments, files, guests. */
static void complain(const char *kind, const char *format, va_list arguments)
{
    char *text;

    fflush(stdout);
    if ( vasprintf(&text, format, arguments) < 0 )
        text = NULL;
    fprintf(stderr, "xl-pci: %s%s\n", kind,
            text ? text_clean(text) : "no memory for an error");
    free(text);
}

void tool_error(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain("", format, arguments);
    va_end(arguments);
}

void tool_warning(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain("warning: ", format, arguments);
    va_end(arguments);
}

int json_end(struct json_writer *writer)
{
    int rc = json_print(writer);

    if ( rc )
        tool_error("the JSON cannot be printed: %s", strerror(-rc));
    return rc;
}

/* Written before the timer starts, read by its handler. */
static char progress_line[100];
static size_t progress_length;
static volatile sig_atomic_t progress_shown;
static bool progress_running;

/* Only what a signal handler may call. */
static void write_progress(const char *text, size_t length)
{
    ssize_t written = write(STDERR_FILENO, text, length);

    (void)written; /* nobody waits for this line */
}

static void on_alarm(int number)
{
    int saved = errno;

    (void)number;
    write_progress(progress_shown ? "." : progress_line,
                   progress_shown ? 1 : progress_length);
    progress_shown = 1;
    errno = saved;
}

void progress_begin(const char *format, ...)
{
    const struct itimerval each_second = { { 1, 0 }, { 1, 0 } };
    struct sigaction action = { .sa_handler = on_alarm,
                                .sa_flags = SA_RESTART };
    va_list arguments;

    if ( progress_running || !isatty(STDERR_FILENO) )
        return;
    va_start(arguments, format);
    vsnprintf(progress_line, sizeof(progress_line) - 4, format, arguments);
    va_end(arguments);
    strcat(progress_line, " ...");
    progress_length = strlen(progress_line);
    progress_shown = 0;
    sigemptyset(&action.sa_mask);
    progress_running = !sigaction(SIGALRM, &action, NULL) &&
                       !setitimer(ITIMER_REAL, &each_second, NULL);
}

void progress_end(void)
{
    static const char wipe[] = "\r\033[K";
    const struct itimerval never = { { 0, 0 }, { 0, 0 } };

    if ( !progress_running )
        return;
    progress_running = false;
    setitimer(ITIMER_REAL, &never, NULL);
    signal(SIGALRM, SIG_DFL);
    if ( progress_shown )
        write_progress(wipe, sizeof(wipe) - 1);
}

static int has_colours(void)
{
    static int wanted = -1;
    const char *no_color, *term;

    if ( wanted >= 0 )
        return wanted;
    no_color = getenv("NO_COLOR");
    term = getenv("TERM");
    wanted = isatty(STDOUT_FILENO) && !(no_color && *no_color) && term &&
             *term && strcmp(term, "dumb");
    return wanted;
}

const char *colour(enum colour colour)
{
    static const char *const codes[] = {
        [COLOUR_PLAIN] = "\033[0m",  [COLOUR_BAD] = "\033[31m",
        [COLOUR_ODD] = "\033[33m",   [COLOUR_GOOD] = "\033[32m",
        [COLOUR_STRONG] = "\033[1m",
    };

    return has_colours() ? codes[colour] : "";
}

struct names {
    struct pci_access *access;
    bool numeric;
};

/* libpci cannot go on after an error: it must not come back from here. */
static void __attribute__((noreturn)) give_up(char *format, ...)
{
    char text[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    tool_error("names of devices: %s; -n does without", text);
    exit(TOOL_USAGE);
}

/* That a name cannot be had is no news: the numbers are shown instead. */
static void be_quiet(char *format, ...)
{
    (void)format;
}

/*
 * The functions are set here because looking up names needs no pci_init(),
 * which would look for devices.
 */
struct names *names_open(const char *ids, bool numeric)
{
    struct names *names;

    if ( ids && access(ids, R_OK) )
    {
        tool_error("%s: cannot be read: %s", ids, strerror(errno));
        return NULL;
    }
    names = calloc(1, sizeof(*names));
    if ( !names )
        goto no_memory;
    names->numeric = numeric;
    names->access = pci_alloc();
    names->access->error = give_up;
    names->access->warning = be_quiet;
    names->access->debug = be_quiet;
    names->access->numeric_ids = numeric;
    /* No names from a user's cache of what lspci -q once asked the network. */
    names->access->id_lookup_mode = 0;
    if ( ids )
    {
        char *path = strdup(ids);

        if ( !path )
        {
            names_close(names);
            goto no_memory;
        }
        pci_set_name_list_path(names->access, path, 1);
    }
    return names;

no_memory:
    tool_error("no memory for names");
    return NULL;
}

void names_close(struct names *names)
{
    if ( !names )
        return;
    pci_cleanup(names->access);
    free(names);
}

/* A VF does not say who made it: its vendor and device read ffff. */
static bool is_nameless(const struct xpci_device_info *info)
{
    return (info->flags & XPCI_VIRTFN) && info->vendor == 0xffff;
}

/* libpci answers with a text of its own where `text` is too small. */
static void lookup(struct names *names, char *text, size_t size, int flags,
                   int first, int second)
{
    const char *found =
        pci_lookup_name(names->access, text, (int)size, flags, first, second);

    if ( found != text )
        snprintf(text, size, "(name too long)");
    text_clean(text);
}

const char *names_device(struct names *names, char *text,
                         const struct xpci_device_info *info, bool with_class)
{
    size_t used = 0;

    if ( with_class && !names->numeric )
    {
        lookup(names, text, NAME_LENGTH, PCI_LOOKUP_CLASS,
               (int)(info->class_revision >> 16), 0);
        used = strlen(text);
        used += (size_t)snprintf(text + used, NAME_LENGTH - used, ": ");
    }
    if ( used >= NAME_LENGTH )
        return text;
    if ( names->numeric )
        used += (size_t)snprintf(text + used, NAME_LENGTH - used, "%04x:%04x",
                                 info->vendor, info->device);
    else if ( !is_nameless(info) )
    {
        lookup(names, text + used, NAME_LENGTH - used,
               PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE, info->vendor,
               info->device);
        used = strlen(text);
    }
    if ( (info->flags & XPCI_VIRTFN) && used < NAME_LENGTH )
    {
        bool follows = names->numeric || !is_nameless(info);
        char physfn[XPCI_SBDF_LENGTH];

        snprintf(text + used, NAME_LENGTH - used, "%sVF of %s",
                 follows ? ", " : "", xpci_sbdf_format(physfn, info->physfn));
    }
    return text;
}

/* What a company's name ends with, and tells nothing. */
static bool is_filler(const char *word)
{
    static const char *const fillers[] = {
        "Inc",  "Inc.",     "Corporation", "Corp",          "Corp.",
        "Co",   "Co.",      "Company",     "Ltd",           "Ltd.",
        "LLC",  "GmbH",     "Limited",     "Technology",    "Technologies",
        "and",  "AG",       "Electronics", "Semiconductor", "subsidiaries",
        "Intl", "Computer",
    };
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(fillers); i++ )
        if ( !strcmp(word, fillers[i]) )
            return true;
    return false;
}

/* "Advanced Micro Devices, Inc. [AMD]": "AMD"; "Red Hat, Inc.": "Red Hat". */
static void shorten_vendor(char *vendor)
{
    char *open = strrchr(vendor, '['), *close = strrchr(vendor, ']'), *space;

    if ( open && close && close > open + 1 && !close[1] )
    {
        *close = '\0';
        memmove(vendor, open + 1, strlen(open + 1) + 1);
        return;
    }
    vendor[strcspn(vendor, ",")] = '\0';
    while ( (space = strrchr(vendor, ' ')) && is_filler(space + 1) )
        *space = '\0';
}

const char *names_short(struct names *names, char *text,
                        const struct xpci_device_info *info)
{
    char vendor[NAME_LENGTH], device[NAME_LENGTH];

    if ( names->numeric || (info->flags & XPCI_VIRTFN) || is_nameless(info) )
        return names_device(names, text, info, false);
    lookup(names, vendor, sizeof(vendor), PCI_LOOKUP_VENDOR, info->vendor, 0);
    lookup(names, device, sizeof(device), PCI_LOOKUP_DEVICE, info->vendor,
           info->device);
    shorten_vendor(vendor);
    if ( snprintf(text, NAME_LENGTH, "%s %s", vendor, device) >= NAME_LENGTH )
        snprintf(text, NAME_LENGTH, "%s", device);
    return text;
}

const char *type_value(const struct xpci_device_info *info)
{
    return info->type == XPCI_TYPE_UNKNOWN ? NULL : xpci_type_name(info->type);
}

const char *type_word(const struct xpci_device_info *info)
{
    const char *name = type_value(info);

    return name ? name : "?";
}

const char *alias_format(char *text, const struct xpci_bus_info *bus)
{
    if ( bus->has_upstream )
        return xpci_sbdf_format(text, bus->upstream);
    snprintf(text, XPCI_SBDF_LENGTH, bus->upstream_unread ? "?" : "-");
    return text;
}

void json_alias(struct json_writer *json, const struct xpci_bus_info *bus)
{
    bool has_upstream = bus && bus->has_upstream;

    json_sbdf(json, "alias", has_upstream ? &bus->upstream : NULL);
    json_maybe(json, "aliased", !bus || !bus->upstream_unread, has_upstream);
}

const char *range_format(char *text, const struct xpci_device_info *info)
{
    if ( !(info->flags & XPCI_BRIDGE) ||
         (!info->secondary && !info->subordinate) )
        snprintf(text, RANGE_LENGTH, "-");
    else if ( info->secondary == info->subordinate )
        snprintf(text, RANGE_LENGTH, "[%02x]", info->secondary);
    else
        snprintf(text, RANGE_LENGTH, "[%02x-%02x]", info->secondary,
                 info->subordinate);
    return text;
}

const char *buses_format(char *text, const struct xpci_device_info *info)
{
    if ( info->secondary == info->subordinate )
        snprintf(text, BUSES_LENGTH, "bus %02x", info->secondary);
    else
        snprintf(text, BUSES_LENGTH, "buses %02x-%02x", info->secondary,
                 info->subordinate);
    return text;
}
