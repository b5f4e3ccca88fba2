/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices of running guests: in xenstore, dom0's backend "pci" has for each
 * guest the nodes GUEST/0/dev-0, dev-1, ... with an SBDF each.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guests.h"

#define BACKENDS "/local/domain/0/backend/pci"

/* "5/0/dev-0": the guest's number in `domain`. */
static bool is_device(const char *key, unsigned int *domain)
{
    unsigned int instance, number;
    char more;

    return sscanf(key, "%u/%u/dev-%u%c", domain, &instance, &number, &more) ==
           3;
}

/* XenbusStateConnected (Xen's public header io/xenbus.h). */
#define CONNECTED "4"

static bool is_connected(const struct tree *backends, unsigned int domain)
{
    char key[32];
    const char *state;

    snprintf(key, sizeof(key), "%u/0/state", domain);
    state = xenstore_value(backends, key);

    return state && !strcmp(state, CONNECTED);
}

/*
 * The guest that `domain` is: a stub domain, which runs the device model of
 * another one, has that one's devices in its name.
 */
static unsigned int guest_of(const struct tree *names, unsigned int domain)
{
    unsigned int target;
    const char *value;
    char key[32], more;

    snprintf(key, sizeof(key), "%u/target", domain);
    value = xenstore_value(names, key);

    return value && sscanf(value, "%u%c", &target, &more) == 1 ? target
                                                               : domain;
}

/*
 * Entries of the same running guest: 0: none; 1: some; 2: one of the same
 * device, by its stub domain or by itself.
 */
static unsigned int what_is_known(const struct guests *guests,
                                  const struct guest_entry *entry)
{
    unsigned int known = 0;
    size_t i;

    for ( i = 0; i < guests->count; i++ )
    {
        const struct guest_entry *other = &guests->entries[i];

        if ( other->config != GUEST_RUNNING || other->domain != entry->domain )
            continue;
        if ( other->has_sbdf && entry->has_sbdf && other->sbdf == entry->sbdf )
            return 2;
        known = 1;
    }

    return known;
}

static int take_device(struct guests *guests, const struct tree *backends,
                       const struct tree *names, unsigned int domain,
                       const char *value)
{
    unsigned int guest = guest_of(names, domain);
    struct guest_entry entry = { .config = GUEST_RUNNING,
                                 .domain = (uint16_t)guest };
    unsigned int known;
    const char *name;
    char key[32];

    entry.connected = is_connected(backends, domain);
    entry.has_sbdf = !xpci_sbdf_parse(value, &entry.sbdf);
    known = what_is_known(guests, &entry);
    if ( known == 2 )
        return 0;
    guests->guest_count += !known;
    snprintf(key, sizeof(key), "%u/name", guest);
    name = xenstore_value(names, key);
    if ( name )
        entry.guest = strdup(name);
    else if ( asprintf(&entry.guest, "domain %u", guest) < 0 )
        entry.guest = NULL;
    entry.text = strdup(value);
    if ( !entry.guest || !entry.text )
    {
        free(entry.guest);
        free(entry.text);
        return -ENOMEM;
    }
    return guests_add(guests, &entry);
}

static int take_backends(struct guests *guests, const struct tree *backends,
                         const struct tree *names)
{
    unsigned int domain;
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < backends->count; i++ )
    {
        const struct tree_entry *node = &backends->entries[i];

        if ( !is_device(node->key, &domain) )
            continue;
        rc = take_device(guests, backends, names, domain, node->value);
    }
    return rc;
}

enum tool_exit guests_read_running(struct guests *guests)
{
    struct xs_handle *handle = xenstore_open();
    struct tree backends, names;
    int rc;

    if ( !handle )
    {
        tool_error("xenstore: %s; there is one on a Xen host only",
                   strerror(errno));
        return TOOL_REFUSED;
    }
    tree_init(&backends);
    tree_init(&names);
    rc = xenstore_read(handle, BACKENDS, &backends);
    if ( rc == -ENOENT ) /* no guest was ever given a device */
        rc = 0;
    else if ( !rc )
        rc = xenstore_read(handle, "/local/domain", &names);
    if ( !rc )
        rc = take_backends(guests, &backends, &names);
    tree_dispose(&names);
    tree_dispose(&backends);
    xenstore_close(handle);
    if ( !rc )
        return TOOL_DONE;
    tool_error("xenstore: the running guests cannot be read: %s",
               strerror(-rc));
    return TOOL_REFUSED;
}
