/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What config space says about a function, as far as reports to the
 * hypervisor need it.
 */
#include <pci/header.h>

#include "device_list.h"

#define ALL_ONES 0xffffffffU

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

/* A list that loops ends after as many steps as capabilities fit. */
#define CAPABILITY_FIRST 0x40U
#define CAPABILITY_STEPS ((0x100U - CAPABILITY_FIRST) / 4)
#define EXTENDED_FIRST 0x100U
#define EXTENDED_STEPS ((4096U - EXTENDED_FIRST) / 4)

struct function {
    config_dword *read;
    void *source;
    unsigned int first; /* capability; below 0x40: there is none */
};

static uint32_t read_dword(const struct function *function, unsigned int offset)
{
    return function->read(function->source, offset);
}

/* The offset of the PCI Express capability, or 0. */
static unsigned int find_express(const struct function *function)
{
    unsigned int offset = function->first, step;

    for ( step = 0; step < CAPABILITY_STEPS && offset >= CAPABILITY_FIRST;
          step++ )
    {
        uint32_t header = read_dword(function, offset);

        if ( (header & 0xffU) == PCI_CAP_ID_EXP )
            return offset;
        if ( (header & 0xffU) == 0xffU )
            break;
        offset = (header >> 8) & 0xfcU;
    }

    return 0;
}

/* The offset of the SR-IOV capability, or 0. */
static unsigned int find_sriov(const struct function *function)
{
    unsigned int offset = EXTENDED_FIRST, step;

    if ( !find_express(function) )
        return 0;
    for ( step = 0; step < EXTENDED_STEPS && offset >= EXTENDED_FIRST; step++ )
    {
        uint32_t header = read_dword(function, offset);

        if ( !header || header == ALL_ONES )
            break;
        if ( (header & 0xffffU) == PCI_EXT_CAP_ID_SRIOV )
            return offset;
        offset = (header >> 20) & 0xffcU;
    }

    return 0;
}

static void bridge_facts(const struct function *function,
                         struct device_facts *facts)
{
    unsigned int express = find_express(function);

    facts->bridge = true;
    facts->secondary = (uint8_t)(read_dword(function, PCI_PRIMARY_BUS) >> 8);
    if ( express )
        facts->ari_forwarding =
            read_dword(function, express + PCIE_DEVICE_CONTROL_2) &
            ARI_FORWARDING;
}

static void sriov_facts(const struct function *function,
                        struct device_facts *facts)
{
    unsigned int sriov = find_sriov(function);
    uint32_t control, placement;

    if ( !sriov )
        return;
    control = read_dword(function, sriov + SRIOV_CONTROL);
    if ( control == ALL_ONES || !(control & SRIOV_VF_ENABLE) )
        return;
    placement = read_dword(function, sriov + SRIOV_OFFSET_STRIDE);
    facts->vf_count = (uint16_t)read_dword(function, sriov + SRIOV_NUM_VFS);
    facts->vf_offset = (uint16_t)placement;
    facts->vf_stride = (uint16_t)(placement >> 16);
}

int device_facts_read(struct device_facts *facts, config_dword *read,
                      void *source)
{
    struct function function = { read, source, 0 };
    unsigned int layout;

    memset(facts, 0, sizeof(*facts));
    if ( read_dword(&function, PCI_CLASS_REVISION) == ALL_ONES )
        return -ENODEV;

    layout = read_dword(&function, PCI_HEADER_TYPE & ~3U) >> 16 & 0x7fU;
    if ( read_dword(&function, PCI_COMMAND) >> 16 & PCI_STATUS_CAP_LIST )
        function.first = read_dword(&function, layout == PCI_HEADER_TYPE_CARDBUS
                                                   ? PCI_CB_CAPABILITY_LIST
                                                   : PCI_CAPABILITY_LIST) &
                         0xfcU;
    facts->capabilities_cut = function.first >= CAPABILITY_FIRST &&
                              read_dword(&function, function.first) == ALL_ONES;
    if ( layout == PCI_HEADER_TYPE_BRIDGE || layout == PCI_HEADER_TYPE_CARDBUS )
        bridge_facts(&function, facts);
    else
        sriov_facts(&function, facts);

    return 0;
}
