/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What dom0 tells the hypervisor about a function, or needs to know for it,
 * as far as config space says it.
 */
#include "libpci.h"

/*
 * ARI Forwarding Enable: bit 5 of Device Control 2, which is at 0x28 of the
 * PCI Express capability (PCIe Base Specification 5.0, 7.5.3.16).
 */
#define PCIE_DEVICE_CONTROL_2 0x28U
#define ARI_FORWARDING 0x0020U

/* SR-IOV Extended Capability (PCIe Base Specification 5.0, 9.3.3). */
#define SRIOV_CONTROL 0x08U
#define SRIOV_NUM_VFS 0x10U
#define SRIOV_OFFSET_STRIDE 0x14U
#define SRIOV_VF_ENABLE 0x0001U

static void bridge_facts(struct pci_dev *dev, struct device_facts *facts)
{
    uint32_t numbers = libpci_read_dword(dev, PCI_PRIMARY_BUS);
    unsigned int pcie =
        libpci_find_capability(dev, PCI_CAP_ID_EXP, PCI_CAP_NORMAL);

    facts->bridge = true;
    facts->secondary = (uint8_t)(numbers >> 8);
    if ( pcie )
        facts->ari_forwarding =
            libpci_read_dword(dev, pcie + PCIE_DEVICE_CONTROL_2) &
            ARI_FORWARDING;
}

static void sriov_facts(struct pci_dev *dev, struct device_facts *facts)
{
    unsigned int sriov =
        libpci_find_capability(dev, PCI_EXT_CAP_ID_SRIOV, PCI_CAP_EXTENDED);
    uint32_t control, placement;

    if ( !sriov )
        return;
    control = libpci_read_dword(dev, sriov + SRIOV_CONTROL);
    if ( control == 0xffffffffU || !(control & SRIOV_VF_ENABLE) )
        return;
    placement = libpci_read_dword(dev, sriov + SRIOV_OFFSET_STRIDE);
    facts->vf_count = (uint16_t)libpci_read_dword(dev, sriov + SRIOV_NUM_VFS);
    facts->vf_offset = (uint16_t)placement;
    facts->vf_stride = (uint16_t)(placement >> 16);
}

/* Is there a capability list, and does it begin where nothing is readable? */
static bool capabilities_cut(struct pci_dev *dev, unsigned int layout)
{
    uint32_t status = libpci_read_dword(dev, PCI_COMMAND) >> 16;
    unsigned int pointer = layout == PCI_HEADER_TYPE_CARDBUS
                               ? PCI_CB_CAPABILITY_LIST
                               : PCI_CAPABILITY_LIST;
    unsigned int first = libpci_read_dword(dev, pointer) & 0xfcU;
    uint32_t capability;

    return (status & PCI_STATUS_CAP_LIST) && first >= 0x40 &&
           !libpci_read(dev, first, &capability, sizeof(capability));
}

int libpci_facts(struct pci_dev *dev, struct device_facts *facts)
{
    uint8_t header[0x40];
    unsigned int layout;

    memset(facts, 0, sizeof(*facts));
    if ( !libpci_read(dev, 0, header, sizeof(header)) )
        return -ENODEV;
    if ( libpci_read_dword(dev, PCI_CLASS_REVISION) == 0xffffffffU )
        return -ENODEV;

    layout = header[PCI_HEADER_TYPE] & 0x7fU;
    facts->capabilities_cut = capabilities_cut(dev, layout);
    if ( layout == PCI_HEADER_TYPE_BRIDGE || layout == PCI_HEADER_TYPE_CARDBUS )
        bridge_facts(dev, facts);
    else
        sriov_facts(dev, facts);

    return 0;
}
