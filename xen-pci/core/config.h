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

/* What a known bridge is, for reading it again. */
struct xpci_config_bridge {
    uint32_t sbdf;
    uint16_t vendor;
    uint16_t device;
    uint8_t header_type;
};

/* The registers that a bridge is read again by, in this order. */
enum xpci_config_register {
    XPCI_REGISTER_ID,
    XPCI_REGISTER_HEADER,
    XPCI_REGISTER_NUMBERS,
    XPCI_REGISTERS
};

/*
 * What one of its registers says: 1 dword.  All ones is no answer.  `numbers`
 * means something for XPCI_REGISTER_NUMBERS with XPCI_ANSWER_SAME only.
 */
enum xpci_answer xpci_config_look(const struct xpci_host *host,
                                  const struct xpci_config_bridge *bridge,
                                  enum xpci_config_register which,
                                  struct xpci_bus_numbers *numbers);

/*
 * Does one of its registers say the same thing twice, which is not what the
 * bridge says?  2 dwords.
 */
bool xpci_config_is_other(const struct xpci_host *host,
                          const struct xpci_config_bridge *bridge,
                          enum xpci_config_register which);

/*
 * Read a known bridge again: identity and header layout first, since
 * elsewhere its bus numbers are something else.  `which`: the register that
 * decided.  At most 3 dwords.
 */
enum xpci_answer xpci_config_reread(const struct xpci_host *host,
                                    const struct xpci_config_bridge *bridge,
                                    struct xpci_bus_numbers *numbers,
                                    enum xpci_config_register *which);

/*
 * Read a device a second time, all of it.  0; -ENODEV: nothing answers any
 * more; -EAGAIN: it does not say what it said when `info` was read.
 */
int __must_check xpci_config_confirm(const struct xpci_host *host,
                                     const struct xpci_device_info *info);

/* Does anything answer?  1 dword. */
bool xpci_config_is_there(const struct xpci_host *host, uint32_t sbdf);

/*
 * Does a device with this class and these IDs answer?  Looks twice before it
 * says no.  At most 4 dwords.
 */
bool xpci_config_answers(const struct xpci_host *host, uint32_t sbdf,
                         uint32_t class_revision, uint16_t vendor,
                         uint16_t device);

#endif /* XEN_PCI_CONFIG_H */
