/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads config space: what a function is, and whether a bridge is still there.
 */
#include "config.h"

/* Registers: PCI Local Bus Specification 3.0, 6.1; bridges: PCI-to-PCI Bridge
 * Architecture Specification 1.2, 3.2. */
#define REG_VENDOR_DEVICE 0x00U
#define REG_COMMAND_STATUS 0x04U
#define REG_CLASS_REVISION 0x08U
#define REG_HEADER 0x0cU
#define REG_BUS_NUMBERS 0x18U
#define REG_CAPABILITIES 0x34U

#define ALL_ONES 0xffffffffU

#define STATUS_HAS_CAPABILITIES (0x0010U << 16)
#define HEADER_LAYOUT(header) ((uint8_t)(((header) >> 16) & 0x7fU))
#define LAYOUT_BRIDGE 1U
#define LAYOUT_CARDBUS 2U

#define CLASS_HOST_BRIDGE 0x0600U
#define CLASS_PCI_BRIDGE 0x0604U
#define CLASS_CARDBUS_BRIDGE 0x0607U

/* The capability list: at most as many as fit between 0x40 and 0xff. */
#define CAPABILITY_FIRST 0x40U
#define CAPABILITIES_MOST 48U
#define CAPABILITY_PCIE 0x10U

static uint32_t read_dword(const struct xpci_host *host, uint32_t sbdf,
                           unsigned int offset)
{
    return host->config_read(host->data, sbdf, offset);
}

/* True where it is one of those looked for, and the first with its ID. */
static bool note(uint32_t header, const uint8_t *ids, uint32_t *headers,
                 unsigned int count)
{
    unsigned int i;

    for ( i = 0; i < count; i++ )
        if ( (header & 0xffU) == ids[i] && !headers[i] )
        {
            headers[i] = header;
            return true;
        }

    return false;
}

static void walk_capabilities(const struct xpci_host *host, uint32_t sbdf,
                              const uint8_t *ids, uint32_t *headers,
                              unsigned int count)
{
    unsigned int offset = read_dword(host, sbdf, REG_CAPABILITIES) & 0xfcU;
    unsigned int step, remaining = count;

    for ( step = 0; step < CAPABILITIES_MOST && offset >= CAPABILITY_FIRST;
          step++ )
    {
        uint32_t header = read_dword(host, sbdf, offset);

        if ( (header & 0xffU) == 0xffU )
            return;
        remaining -= note(header, ids, headers, count);
        if ( !remaining )
            return;
        offset = (header >> 8) & 0xfcU;
    }
}

void xpci_config_capabilities(const struct xpci_host *host, uint32_t sbdf,
                              const uint8_t *ids, uint32_t *headers,
                              unsigned int count)
{
    unsigned int i;

    for ( i = 0; i < count; i++ )
        headers[i] = 0;
    if ( read_dword(host, sbdf, REG_COMMAND_STATUS) & STATUS_HAS_CAPABILITIES )
        walk_capabilities(host, sbdf, ids, headers, count);
}

static enum xpci_type type_from_class(uint32_t class_revision, uint8_t layout)
{
    unsigned int class = class_revision >> 16;

    if ( layout == LAYOUT_CARDBUS || class == CLASS_CARDBUS_BRIDGE )
        return XPCI_TYPE_CARDBUS_BRIDGE;
    if ( layout == LAYOUT_BRIDGE || class == CLASS_PCI_BRIDGE )
        return XPCI_TYPE_PCI_BRIDGE;
    if ( class == CLASS_HOST_BRIDGE )
        return XPCI_TYPE_HOST_BRIDGE;

    return XPCI_TYPE_PCI_DEVICE;
}

/*
 * The Device/Port Type field of the PCI Express Capabilities register: PCIe
 * Base Specification 5.0, 7.5.3.2.
 */
enum xpci_type xpci_config_type(uint32_t class_revision, uint8_t layout,
                                uint32_t pcie)
{
    if ( !pcie )
        return type_from_class(class_revision, layout);

    switch ( (pcie >> 20) & 0xfU )
    {
    case 0x0:
    case 0x1:
        return XPCI_TYPE_ENDPOINT;
    case 0x4:
        return XPCI_TYPE_ROOT_PORT;
    case 0x5:
        return XPCI_TYPE_UPSTREAM_PORT;
    case 0x6:
        return XPCI_TYPE_DOWNSTREAM_PORT;
    case 0x7:
        return XPCI_TYPE_PCIE_TO_PCI_BRIDGE;
    case 0x8:
        return XPCI_TYPE_PCI_TO_PCIE_BRIDGE;
    case 0x9:
        return XPCI_TYPE_RCIEP;
    case 0xa:
        return XPCI_TYPE_RCEC;
    default:
        return type_from_class(class_revision, layout);
    }
}

static void split_numbers(uint32_t dword, struct xpci_bus_numbers *numbers)
{
    numbers->primary = (uint8_t)dword;
    numbers->secondary = (uint8_t)(dword >> 8);
    numbers->subordinate = (uint8_t)(dword >> 16);
}

static uint32_t dword_of(uint16_t vendor, uint16_t device)
{
    return vendor | (uint32_t)device << 16;
}

int xpci_config_identify(const struct xpci_host *host, uint32_t sbdf,
                         struct xpci_device_info *info)
{
    uint32_t class_revision = read_dword(host, sbdf, REG_CLASS_REVISION);
    const uint8_t pcie_id = CAPABILITY_PCIE;
    struct xpci_bus_numbers numbers;
    uint32_t id, pcie;

    if ( class_revision == ALL_ONES )
        return -ENODEV;

    id = read_dword(host, sbdf, REG_VENDOR_DEVICE);
    *info = (struct xpci_device_info){
        .sbdf = sbdf,
        .class_revision = class_revision,
        .vendor = (uint16_t)id,
        .device = (uint16_t)(id >> 16),
        .header_type = HEADER_LAYOUT(read_dword(host, sbdf, REG_HEADER)),
        .node = XPCI_NO_NODE,
    };
    xpci_config_capabilities(host, sbdf, &pcie_id, &pcie, 1);
    info->type =
        (uint8_t)xpci_config_type(class_revision, info->header_type, pcie);

    if ( info->header_type == LAYOUT_BRIDGE ||
         info->header_type == LAYOUT_CARDBUS )
    {
        split_numbers(read_dword(host, sbdf, REG_BUS_NUMBERS), &numbers);
        info->flags = XPCI_BRIDGE;
        info->primary = numbers.primary;
        info->secondary = numbers.secondary;
        info->subordinate = numbers.subordinate;
    }

    return 0;
}

static uint32_t read_register(const struct xpci_host *host, uint32_t sbdf,
                              enum xpci_config_register which)
{
    static const uint8_t offsets[XPCI_REGISTERS] = {
        [XPCI_REGISTER_ID] = REG_VENDOR_DEVICE,
        [XPCI_REGISTER_HEADER] = REG_HEADER,
        [XPCI_REGISTER_NUMBERS] = REG_BUS_NUMBERS,
    };

    return read_dword(host, sbdf, offsets[which]);
}

static enum xpci_answer judge(const struct xpci_config_bridge *bridge,
                              enum xpci_config_register which, uint32_t dword)
{
    if ( dword == ALL_ONES )
        return XPCI_ANSWER_NONE;
    if ( which == XPCI_REGISTER_ID &&
         dword != dword_of(bridge->vendor, bridge->device) )
        return XPCI_ANSWER_OTHER;
    if ( which == XPCI_REGISTER_HEADER &&
         HEADER_LAYOUT(dword) != bridge->header_type )
        return XPCI_ANSWER_OTHER;

    return XPCI_ANSWER_SAME;
}

enum xpci_answer xpci_config_look(const struct xpci_host *host,
                                  const struct xpci_config_bridge *bridge,
                                  enum xpci_config_register which,
                                  struct xpci_bus_numbers *numbers)
{
    uint32_t dword = read_register(host, bridge->sbdf, which);

    split_numbers(dword, numbers);

    return judge(bridge, which, dword);
}

bool xpci_config_is_other(const struct xpci_host *host,
                          const struct xpci_config_bridge *bridge,
                          enum xpci_config_register which)
{
    uint32_t dword = read_register(host, bridge->sbdf, which);

    return judge(bridge, which, dword) == XPCI_ANSWER_OTHER &&
           read_register(host, bridge->sbdf, which) == dword;
}

enum xpci_answer xpci_config_reread(const struct xpci_host *host,
                                    const struct xpci_config_bridge *bridge,
                                    struct xpci_bus_numbers *numbers,
                                    enum xpci_config_register *which)
{
    enum xpci_answer answer;

    *which = XPCI_REGISTER_ID;
    answer = xpci_config_look(host, bridge, *which, numbers);
    if ( answer != XPCI_ANSWER_SAME )
        return answer;
    *which = XPCI_REGISTER_HEADER;
    answer = xpci_config_look(host, bridge, *which, numbers);
    if ( answer != XPCI_ANSWER_SAME )
        return answer;
    *which = XPCI_REGISTER_NUMBERS;

    return xpci_config_look(host, bridge, *which, numbers);
}

/* A VF does too, though its vendor ID reads ffff. */
bool xpci_config_is_there(const struct xpci_host *host, uint32_t sbdf)
{
    return read_dword(host, sbdf, REG_CLASS_REVISION) != ALL_ONES;
}

static bool answers(const struct xpci_host *host, uint32_t sbdf,
                    uint32_t class_revision, uint16_t vendor, uint16_t device)
{
    return read_dword(host, sbdf, REG_CLASS_REVISION) == class_revision &&
           read_dword(host, sbdf, REG_VENDOR_DEVICE) ==
               dword_of(vendor, device);
}

bool xpci_config_answers(const struct xpci_host *host, uint32_t sbdf,
                         uint32_t class_revision, uint16_t vendor,
                         uint16_t device)
{
    return answers(host, sbdf, class_revision, vendor, device) ||
           answers(host, sbdf, class_revision, vendor, device);
}

int xpci_config_confirm(const struct xpci_host *host,
                        const struct xpci_device_info *info)
{
    struct xpci_device_info again;
    int rc = xpci_config_identify(host, info->sbdf, &again);

    if ( rc )
        return rc;
    if ( again.class_revision != info->class_revision ||
         again.vendor != info->vendor || again.device != info->device ||
         again.header_type != info->header_type || again.type != info->type ||
         again.primary != info->primary || again.secondary != info->secondary ||
         again.subordinate != info->subordinate )
        return -EAGAIN;

    return 0;
}
