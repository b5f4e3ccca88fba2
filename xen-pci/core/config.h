/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What config space says about a function.
 */
#ifndef XEN_PCI_CONFIG_H
#define XEN_PCI_CONFIG_H

#include <xen-pci/host.h>
#include <xen-pci/topology.h>

/*
 * Everything that config space tells about `sbdf`: 0, or -ENODEV: nothing
 * answers.  `info` has no flags but XPCI_BRIDGE, no PF and no node.
 */
int __must_check xpci_config_identify(const struct xpci_host *host,
                                      uint32_t sbdf,
                                      struct xpci_device_info *info);

/*
 * The first dwords of a function's first capabilities with the IDs `ids`, in
 * `headers`; 0 for one that it has not.  One walk along the list, which ends
 * when all were seen.  `count` is at least 1.
 */
void xpci_config_capabilities(const struct xpci_host *host, uint32_t sbdf,
                              const uint8_t *ids, uint32_t *headers,
                              unsigned int count);

/*
 * What a function is, by its class, its header layout (0-2), and the first
 * dword of its PCI Express capability (0: it has none).
 */
enum xpci_type xpci_config_type(uint32_t class_revision, uint8_t layout,
                                uint32_t pcie);

/* What answers where a bridge was. */
enum xpci_answer {
    XPCI_ANSWER_SAME,
    XPCI_ANSWER_OTHER,
    XPCI_ANSWER_NONE,
};

struct xpci_bus_numbers {
    uint8_t primary;
    uint8_t secondary;
    uint8_t subordinate;
};

/*
 * Read a known bridge again: identity and header layout first, since
 * elsewhere its bus numbers are something else.  `numbers` is set for
 * XPCI_ANSWER_SAME only.
 */
enum xpci_answer xpci_config_reread(const struct xpci_host *host, uint32_t sbdf,
                                    uint16_t vendor, uint16_t device,
                                    uint8_t header_type,
                                    struct xpci_bus_numbers *numbers);

#endif /* XEN_PCI_CONFIG_H */
