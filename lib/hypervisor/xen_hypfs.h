/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's tables as dom0 reads them: the directory /xen-pci of hypfs,
 * formats 1 and 2, which has owners (docs/hypfs.md).
 */
#ifndef LIB_HYPERVISOR_XEN_HYPFS_H
#define LIB_HYPERVISOR_XEN_HYPFS_H

#include <xen-pci/embedded.h>

#define XEN_HYPFS_ROOT "/xen-pci"

/*
 * Where the entries are read from.  `read` gives the text of one, `list` the
 * names in a directory, separated by newlines; both to be freed.  0, -ENOENT,
 * -ENOMEM or others.
 */
struct xen_hypfs_source {
    int (*read)(void *data, const char *path, char **text);
    int (*list)(void *data, const char *path, char **names);
    void *data;
};

/*
 * Is the module there?  1: yes; 0: no directory, or the module is turned off:
 * Xen works as a stock Xen; a negative errno value and `message`: not
 * readable, or of another format.
 */
int __must_check xen_hypfs_is_module(const struct xen_hypfs_source *source,
                                     struct xpci_message *message);

/*
 * All tables, as they were at one moment: begins again, at most
 * XEN_HYPFS_TRIES times, when they change meanwhile.  `snapshot` is
 * initialised and empty, and stays so on an error: a negative errno value and
 * `message` with the entry, line, what was found and what was expected.
 */
#define XEN_HYPFS_TRIES 100
int __must_check xen_hypfs_read(const struct xen_hypfs_source *source,
                                struct xpci_snapshot *snapshot,
                                struct xpci_message *message);

/*
 * One text of a page.  `where` names it in messages.  Appends to `snapshot`.
 * `*generation` is what its first line says.  0; -EINVAL and `message`;
 * -ENOMEM.
 */
int __must_check xen_hypfs_parse_devices(struct xpci_snapshot *snapshot,
                                         const char *where, uint16_t segment,
                                         const char *text, uint32_t *generation,
                                         struct xpci_message *message);
int __must_check xen_hypfs_parse_buses(struct xpci_snapshot *snapshot,
                                       const char *where, uint16_t segment,
                                       const char *text, uint32_t *generation,
                                       struct xpci_message *message);

/* A decimal number up to 2^32 - 1 and nothing else: 0 or -EINVAL. */
int __must_check xen_hypfs_decimal(const char *text, uint32_t *value);

#endif /* LIB_HYPERVISOR_XEN_HYPFS_H */
