/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The type of a function from the names that Linux gives in sysfs.
 *
 * Its port driver registers a service as "0000:00:1c.0:pcie002": the last one
 * or (since Linux 4.14) two digits are the service, what is before them is the
 * Device/Port Type less 4.  The speed of a link is shown of PCI Express
 * functions only.
 */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "sysfs_type.h"

#define PORT_TYPE_FIRST 4U

static uint8_t type_of_port(unsigned long port_type)
{
    switch ( port_type )
    {
    case 0x4:
        return XPCI_TYPE_ROOT_PORT;
    case 0x5:
        return XPCI_TYPE_UPSTREAM_PORT;
    case 0x6:
        return XPCI_TYPE_DOWNSTREAM_PORT;
    case 0xa:
        return XPCI_TYPE_RCEC;
    default:
        return XPCI_TYPE_UNKNOWN;
    }
}

/* The type that the name of a port's service tells. */
static uint8_t type_of_service(const char *name, const char *sbdf)
{
    static const char word[] = ":pcie";
    size_t length = strlen(sbdf), digits;

    if ( strncmp(name, sbdf, length) ||
         strncmp(name + length, word, sizeof(word) - 1) )
        return XPCI_TYPE_UNKNOWN;
    name += length + sizeof(word) - 1;
    digits = strspn(name, "0123456789abcdef");
    if ( name[digits] || digits < 2 || digits > 3 )
        return XPCI_TYPE_UNKNOWN;

    return type_of_port(PORT_TYPE_FIRST +
                        (strtoul(name, NULL, 16) >> (4 * (digits - 1))));
}

static bool has_link_speed(const char *directory)
{
    char path[PATH_MAX], text[32] = "";
    FILE *file;
    int length =
        snprintf(path, sizeof(path), "%s/current_link_speed", directory);

    if ( length < 0 || (size_t)length >= sizeof(path) )
        return false;
    file = fopen(path, "re");
    if ( !file )
        return false;
    if ( !fgets(text, sizeof(text), file) )
        text[0] = '\0';
    fclose(file);

    return strstr(text, "GT/s");
}

void sysfs_type_hint(const char *root, uint32_t sbdf,
                     struct config_space_hint *hint)
{
    char path[PATH_MAX], name[XPCI_SBDF_LENGTH];
    const struct dirent *entry;
    DIR *directory;
    int length = snprintf(path, sizeof(path), "%s/devices/%s", root,
                          xpci_sbdf_format(name, sbdf));

    *hint = (struct config_space_hint){ .type = XPCI_TYPE_UNKNOWN };
    if ( length < 0 || (size_t)length >= sizeof(path) )
        return;
    directory = opendir(path);
    if ( !directory )
        return;
    hint->is_express = has_link_speed(path);
    while ( hint->type == XPCI_TYPE_UNKNOWN && (entry = readdir(directory)) )
        hint->type = type_of_service(entry->d_name, name);
    closedir(directory);
}
