/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What config space says to the naive model, dword by dword: it may misbehave
 * at each.
 */
#include "naive_rules.h"

#include "grow.h"

#include <string.h>

#define NOTHING (~(uint32_t)0)

uint32_t naive_dword(struct naive *naive, uint32_t sbdf, unsigned int offset)
{
    size_t i;

    if ( !world_get(naive->world, sbdf) )
        return NOTHING;
    for ( i = 0; i < naive->read_count && naive->reads[i].sbdf != sbdf; i++ )
        ;
    if ( i == naive->read_count )
    {
        naive->reads = grow(naive->reads, naive->read_count + 1,
                            &naive->read_room, sizeof(*naive->reads));
        naive->reads[naive->read_count++] = (struct naive_reads){ sbdf, 0 };
    }
    return world_peek(naive->world, sbdf, ++naive->reads[i].count, offset);
}

/* The capability that says what a PCIe function is; 0: it has none. */
static uint32_t pcie_capability(struct naive *naive, uint32_t sbdf)
{
    unsigned int offset;
    unsigned int steps;

    if ( !(naive_dword(naive, sbdf, 0x04) & 0x00100000) )
        return 0;
    offset = naive_dword(naive, sbdf, 0x34) & 0xfc;
    for ( steps = 0; offset >= 0x40 && steps < 48; steps++ )
    {
        uint32_t capability = naive_dword(naive, sbdf, offset);

        if ( (capability & 0xff) == 0xff )
            return 0;
        if ( (capability & 0xff) == 0x10 )
            return capability;
        offset = capability >> 8 & 0xfc;
    }
    return 0;
}

static enum xpci_type type_of(const struct naive_device *device, uint32_t pcie)
{
    static const enum xpci_type types[16] = {
        [0] = XPCI_TYPE_ENDPOINT,
        [1] = XPCI_TYPE_ENDPOINT,
        [4] = XPCI_TYPE_ROOT_PORT,
        [5] = XPCI_TYPE_UPSTREAM_PORT,
        [6] = XPCI_TYPE_DOWNSTREAM_PORT,
        [7] = XPCI_TYPE_PCIE_TO_PCI_BRIDGE,
        [8] = XPCI_TYPE_PCI_TO_PCIE_BRIDGE,
        [9] = XPCI_TYPE_RCIEP,
        [10] = XPCI_TYPE_RCEC,
    };
    uint16_t class = (uint16_t)(device->class_revision >> 16);

    if ( pcie && types[pcie >> 20 & 15] )
        return types[pcie >> 20 & 15];
    if ( device->layout == 2 || class == 0x0607 )
        return XPCI_TYPE_CARDBUS_BRIDGE;
    if ( device->layout == 1 || class == 0x0604 )
        return XPCI_TYPE_PCI_BRIDGE;
    return class == 0x0600 ? XPCI_TYPE_HOST_BRIDGE : XPCI_TYPE_PCI_DEVICE;
}

bool naive_identify(struct naive *naive, uint32_t sbdf,
                    struct naive_device *seen)
{
    uint32_t dword;

    memset(seen, 0, sizeof(*seen));
    seen->sbdf = sbdf;
    seen->node = XPCI_NO_NODE;
    seen->owner = XPCI_OWNER_DOM0;
    seen->class_revision = naive_dword(naive, sbdf, 0x08);
    if ( seen->class_revision == NOTHING )
        return false;
    dword = naive_dword(naive, sbdf, 0x00);
    seen->vendor = (uint16_t)dword;
    seen->device = (uint16_t)(dword >> 16);
    seen->layout = naive_dword(naive, sbdf, 0x0c) >> 16 & 0x7f;
    seen->type = type_of(seen, pcie_capability(naive, sbdf));
    seen->bridge = seen->layout == 1 || seen->layout == 2;
    if ( !seen->bridge )
        return true;
    dword = naive_dword(naive, sbdf, 0x18);
    seen->primary = (uint8_t)dword;
    seen->secondary = (uint8_t)(dword >> 8);
    seen->subordinate = (uint8_t)(dword >> 16);
    return true;
}

int naive_identify_again(struct naive *naive, const struct naive_device *seen)
{
    struct naive_device again;

    if ( !naive_identify(naive, seen->sbdf, &again) )
        return -ENODEV;
    return again.class_revision == seen->class_revision &&
                   again.vendor == seen->vendor &&
                   again.device == seen->device &&
                   again.layout == seen->layout && again.type == seen->type &&
                   again.primary == seen->primary &&
                   again.secondary == seen->secondary &&
                   again.subordinate == seen->subordinate
               ? 0
               : -EAGAIN;
}

static uint32_t id_of(const struct naive_device *device)
{
    return device->vendor | (uint32_t)device->device << 16;
}

/* Two looks before it is taken for gone. */
bool naive_answers(struct naive *naive, const struct naive_device *device)
{
    int looks;

    for ( looks = 0; looks < 2; looks++ )
        if ( naive_dword(naive, device->sbdf, 0x08) == device->class_revision &&
             naive_dword(naive, device->sbdf, 0x00) == id_of(device) )
            return true;
    return false;
}

static uint32_t one_register(struct naive *naive,
                             const struct naive_device *device,
                             enum naive_register which)
{
    return naive_dword(naive, device->sbdf,
                       which == NAIVE_ID       ? 0x00
                       : which == NAIVE_HEADER ? 0x0c
                                               : 0x18);
}

static enum naive_answer judge(const struct naive_device *device,
                               enum naive_register which, uint32_t dword)
{
    if ( dword == NOTHING )
        return NAIVE_SILENT;
    if ( (which == NAIVE_ID && dword != id_of(device)) ||
         (which == NAIVE_HEADER && (dword >> 16 & 0x7f) != device->layout) )
        return NAIVE_OTHER;
    return NAIVE_SAME;
}

enum naive_answer naive_reread(struct naive *naive, struct naive_device *device,
                               uint8_t numbers[3])
{
    enum naive_answer answer = NAIVE_SAME;
    enum naive_register which;

    for ( which = NAIVE_ID; which <= NAIVE_NUMBERS; which++ )
    {
        uint32_t dword = one_register(naive, device, which);

        device->decided = which;
        answer = judge(device, which, dword);
        if ( answer != NAIVE_SAME )
            break;
        numbers[0] = (uint8_t)dword;
        numbers[1] = (uint8_t)(dword >> 8);
        numbers[2] = (uint8_t)(dword >> 16);
    }
    device->read = true;
    device->silent = answer == NAIVE_SILENT;
    return answer;
}

bool naive_still(struct naive *naive, const struct naive_device *device)
{
    uint32_t dword = one_register(naive, device, device->decided);

    if ( device->silent )
        return dword == NOTHING;
    /* Another one must be the same other one twice. */
    if ( device->stale )
        return judge(device, device->decided, dword) == NAIVE_OTHER &&
               one_register(naive, device, device->decided) == dword;
    return dword != NOTHING && (uint8_t)dword == device->primary &&
           (uint8_t)(dword >> 8) == device->secondary &&
           (uint8_t)(dword >> 16) == device->subordinate;
}
