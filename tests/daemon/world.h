/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine that tests change: a tree of devices, written as a directory that
 * is laid out like /sys.
 */
#ifndef TESTS_DAEMON_WORLD_H
#define TESTS_DAEMON_WORLD_H

#include <xen-pci/snapshot.h>

#define WORLD_CHILDREN 8

struct world_node {
    enum xpci_type type; /* UNKNOWN: the root bus itself */
    uint8_t devfn;
    uint16_t vendor;
    uint16_t device;
    unsigned int vfs; /* on the next functions of the same bus */
    struct world_node *parent;
    struct world_node *child[WORLD_CHILDREN];
    unsigned int children;
    /* As they were numbered last. */
    uint8_t bus;
    uint8_t secondary;
    uint8_t subordinate;
};

struct world {
    char *path; /* of the directory */
    struct world_node root;
    unsigned int gap; /* buses left free behind each bridge */
    unsigned int random;
    uint32_t *shown; /* what the directory has now, sorted */
    size_t shown_count;
};

/* All of these end the test program when the file system fails. */
void world_init(struct world *world, const char *path, unsigned int seed);
void world_dispose(struct world *world);

/* A number below `below`. */
unsigned int world_random(struct world *world, unsigned int below);

struct world_node *world_add(struct world *world, struct world_node *parent,
                             enum xpci_type type, uint8_t devfn);
/* With all that is behind it. */
void world_remove(struct world_node *node);
uint32_t world_sbdf(const struct world_node *node);
bool world_is_bridge(const struct world_node *node);

/* Number the buses anew, and make the directory show the tree. */
void world_show(struct world *world);

/* The same with the numbers that there are, but for new bridges. */
void world_show_only(struct world *world);

/* A few root ports, a switch, a PCIe-to-PCI bridge, a PF with VFs. */
void world_build(struct world *world);

/*
 * One change by chance: something is plugged in, pulled out, replaced, or the
 * buses are renumbered.  Shown at once.
 */
void world_change(struct world *world);

#endif /* TESTS_DAEMON_WORLD_H */
