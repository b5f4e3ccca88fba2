/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pci/pci.h>

#include "names.h"
#include "tool.h"

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
