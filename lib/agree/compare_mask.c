/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Registers after PCI Local Bus Specification 3.0 (6.1), PCI-to-PCI Bridge
 * Architecture 1.2 (3.2), PC Card Standard 8.0 (4.5), PCI Express Base
 * Specification 5.0 (7.5.1 and 7.5.3: headers and capability, 9.3.3: SR-IOV).
 */
#include "compare_mask.h"

#define ALL 0xffffffffU

static const char whose[] = "what the device is";
static const char drivers[] = "set while the machine runs, by drivers and dom0";
static const char addresses[] =
    "an address that firmware or dom0 gave; it says nothing of who is where";
static const char statuses[] =
    "status, some of it RW1C: hardware changes it by itself";
static const char chains[] = "where in config space something is, not what";
static const char reserved[] = "reserved";
static const char links[] = "how fast, not where";
static const char windows[] =
    "windows that firmware or dom0 gave; they say nothing of who is where";
static const char timings[] = "a timing that software sets or nobody reads";
static const char lines[] = "a note between firmware and operating system";

static const struct compare_register registers[] = {
    { COMPARE_HEADER, 0x00, 2, ALL, "Vendor ID", whose },
    { COMPARE_HEADER, 0x02, 2, ALL, "Device ID", whose },
    { COMPARE_HEADER, 0x04, 2, 0, "Command", drivers },
    { COMPARE_HEADER, 0x06, 2, 0, "Status", statuses },
    { COMPARE_HEADER, 0x08, 1, ALL, "Revision ID", whose },
    { COMPARE_HEADER, 0x09, 3, ALL, "Class Code", whose },
    { COMPARE_HEADER, 0x0c, 1, 0, "Cache Line Size", timings },
    { COMPARE_HEADER, 0x0d, 1, 0, "Latency Timer", timings },
    { COMPARE_HEADER, 0x0e, 1, 0x7f, "Header Type",
      "the layout; bit 7 only says that there may be more functions, and "
      "these count themselves" },
    { COMPARE_HEADER, 0x0f, 1, 0, "BIST", statuses },

    { COMPARE_DEVICE, 0x10, 24, 0, "Base Address Registers", addresses },
    { COMPARE_DEVICE, 0x28, 4, 0, "Cardbus CIS Pointer", chains },
    { COMPARE_DEVICE, 0x2c, 2, ALL, "Subsystem Vendor ID", whose },
    { COMPARE_DEVICE, 0x2e, 2, ALL, "Subsystem ID", whose },
    { COMPARE_DEVICE, 0x30, 4, 0, "Expansion ROM Base", addresses },
    { COMPARE_DEVICE, 0x34, 1, 0, "Capabilities Pointer", chains },
    { COMPARE_DEVICE, 0x35, 7, 0, "reserved", reserved },
    { COMPARE_DEVICE, 0x3c, 1, 0, "Interrupt Line", lines },
    { COMPARE_DEVICE, 0x3d, 1, ALL, "Interrupt Pin", "wired" },
    { COMPARE_DEVICE, 0x3e, 2, 0, "Min_Gnt, Max_Lat", timings },

    { COMPARE_BRIDGE, 0x10, 8, 0, "Base Address Registers", addresses },
    { COMPARE_BRIDGE, 0x18, 1, 0, "Primary Bus Number",
      "follows from where the bridge is, which counts; nothing routes by it" },
    { COMPARE_BRIDGE, 0x19, 1, ALL, "Secondary Bus Number", "the topology" },
    { COMPARE_BRIDGE, 0x1a, 1, ALL, "Subordinate Bus Number", "the topology" },
    { COMPARE_BRIDGE, 0x1b, 1, 0, "Secondary Latency Timer", timings },
    { COMPARE_BRIDGE, 0x1c, 2, 0, "I/O Base and Limit", windows },
    { COMPARE_BRIDGE, 0x1e, 2, 0, "Secondary Status", statuses },
    { COMPARE_BRIDGE, 0x20, 20, 0, "Memory and I/O windows", windows },
    { COMPARE_BRIDGE, 0x34, 1, 0, "Capabilities Pointer", chains },
    { COMPARE_BRIDGE, 0x35, 3, 0, "reserved", reserved },
    { COMPARE_BRIDGE, 0x38, 4, 0, "Expansion ROM Base", addresses },
    { COMPARE_BRIDGE, 0x3c, 1, 0, "Interrupt Line", lines },
    { COMPARE_BRIDGE, 0x3d, 1, ALL, "Interrupt Pin", "wired" },
    { COMPARE_BRIDGE, 0x3e, 2, 0, "Bridge Control", drivers },

    { COMPARE_CARDBUS, 0x10, 4, 0, "Socket Base Address", addresses },
    { COMPARE_CARDBUS, 0x14, 1, 0, "Capabilities Pointer", chains },
    { COMPARE_CARDBUS, 0x15, 1, 0, "reserved", reserved },
    { COMPARE_CARDBUS, 0x16, 2, 0, "Secondary Status", statuses },
    { COMPARE_CARDBUS, 0x18, 1, 0, "PCI Bus Number",
      "follows from where the bridge is, which counts; nothing routes by it" },
    { COMPARE_CARDBUS, 0x19, 1, ALL, "CardBus Bus Number", "the topology" },
    { COMPARE_CARDBUS, 0x1a, 1, ALL, "Subordinate Bus Number", "the topology" },
    { COMPARE_CARDBUS, 0x1b, 1, 0, "CardBus Latency Timer", timings },
    { COMPARE_CARDBUS, 0x1c, 32, 0, "Memory and I/O windows", windows },
    { COMPARE_CARDBUS, 0x3c, 1, 0, "Interrupt Line", lines },
    { COMPARE_CARDBUS, 0x3d, 1, ALL, "Interrupt Pin", "wired" },
    { COMPARE_CARDBUS, 0x3e, 2, 0, "Bridge Control", drivers },

    { COMPARE_EXPRESS, 0x00, 2, 0, "Capability ID and Next", chains },
    { COMPARE_EXPRESS, 0x02, 2, 0x01ff, "PCI Express Capabilities",
      "version, port type, slot implemented; the interrupt message number "
      "changes with the interrupts that a driver enables" },
    { COMPARE_EXPRESS, 0x04, 4, 0xf003ffff, "Device Capabilities",
      "what the device is; the captured slot power limit comes from the slot" },
    { COMPARE_EXPRESS, 0x08, 2, 0, "Device Control", drivers },
    { COMPARE_EXPRESS, 0x0a, 2, 0, "Device Status", statuses },
    { COMPARE_EXPRESS, 0x0c, 4, 0xff000000, "Link Capabilities",
      "the port number says which port it is; the rest how fast it is" },
    { COMPARE_EXPRESS, 0x10, 2, 0, "Link Control", drivers },
    { COMPARE_EXPRESS, 0x12, 2, 0, "Link Status", statuses },
    { COMPARE_EXPRESS, 0x14, 4, 0xfffe007f, "Slot Capabilities",
      "which slot and what can be done with it; the power limit is set by "
      "firmware" },
    { COMPARE_EXPRESS, 0x18, 2, 0, "Slot Control", drivers },
    { COMPARE_EXPRESS, 0x1a, 2, 0, "Slot Status",
      "status, some of it RW1C, and presence (bit 6): a card that is there "
      "counts as a device" },
    { COMPARE_EXPRESS, 0x1c, 2, 0, "Root Control", drivers },
    { COMPARE_EXPRESS, 0x1e, 2, 0, "Root Capabilities",
      "how a root port answers for a device that is not ready" },
    { COMPARE_EXPRESS, 0x20, 4, 0, "Root Status", statuses },
    { COMPARE_EXPRESS, 0x24, 4, 0x00000020, "Device Capabilities 2",
      "ARI forwarding decides which functions there can be; the rest says "
      "nothing of who is where" },
    { COMPARE_EXPRESS, 0x28, 2, 0x0020, "Device Control 2",
      "ARI forwarding decides which functions there are; the rest is set "
      "while the machine runs" },
    { COMPARE_EXPRESS, 0x2a, 2, 0, "Device Status 2", statuses },
    { COMPARE_EXPRESS, 0x2c, 4, 0, "Link Capabilities 2", links },
    { COMPARE_EXPRESS, 0x30, 2, 0, "Link Control 2", drivers },
    { COMPARE_EXPRESS, 0x32, 2, 0, "Link Status 2", statuses },
    { COMPARE_EXPRESS, 0x34, 4, 0, "Slot Capabilities 2",
      "says only how power and presence are signalled" },
    { COMPARE_EXPRESS, 0x38, 2, 0, "Slot Control 2", drivers },
    { COMPARE_EXPRESS, 0x3a, 2, 0, "Slot Status 2", statuses },

    { COMPARE_SRIOV, 0x00, 4, 0, "Extended Capability Header", chains },
    { COMPARE_SRIOV, 0x04, 4, 0, "SR-IOV Capabilities",
      "migration of VFs, which nobody uses" },
    { COMPARE_SRIOV, 0x08, 2, 0x0011, "SR-IOV Control",
      "VF Enable and ARI decide which VFs there are; memory access is set "
      "while the machine runs" },
    { COMPARE_SRIOV, 0x0a, 2, 0, "SR-IOV Status", statuses },
    { COMPARE_SRIOV, 0x0c, 2, ALL, "InitialVFs", whose },
    { COMPARE_SRIOV, 0x0e, 2, ALL, "TotalVFs", whose },
    { COMPARE_SRIOV, 0x10, 2, ALL, "NumVFs", "which VFs there are" },
    { COMPARE_SRIOV, 0x12, 1, ALL, "Function Dependency Link", whose },
    { COMPARE_SRIOV, 0x13, 1, 0, "reserved", reserved },
    { COMPARE_SRIOV, 0x14, 2, ALL, "First VF Offset", "where the VFs are" },
    { COMPARE_SRIOV, 0x16, 2, ALL, "VF Stride", "where the VFs are" },
    { COMPARE_SRIOV, 0x18, 2, 0, "reserved", reserved },
    { COMPARE_SRIOV, 0x1a, 2, ALL, "VF Device ID", whose },
    { COMPARE_SRIOV, 0x1c, 4, 0, "Supported Page Sizes",
      "says nothing of who is where" },
    { COMPARE_SRIOV, 0x20, 4, 0, "System Page Size", drivers },
    { COMPARE_SRIOV, 0x24, 24, 0, "VF Base Address Registers", addresses },
    { COMPARE_SRIOV, 0x3c, 4, 0, "VF Migration State Array", chains },
};

const char *compare_place_name(enum compare_place place)
{
    static const char *const names[] = {
        [COMPARE_HEADER] = "header, every layout",
        [COMPARE_DEVICE] = "header layout 0 (device)",
        [COMPARE_BRIDGE] = "header layout 1 (bridge)",
        [COMPARE_CARDBUS] = "header layout 2 (CardBus bridge)",
        [COMPARE_EXPRESS] = "PCI Express capability",
        [COMPARE_SRIOV] = "SR-IOV capability",
    };

    return names[place];
}

const struct compare_register *compare_registers(size_t *count)
{
    *count = ARRAY_SIZE(registers);

    return registers;
}

void compare_extent(enum compare_place place, unsigned int *first,
                    unsigned int *end)
{
    *first = place == COMPARE_DEVICE || place == COMPARE_BRIDGE ||
                     place == COMPARE_CARDBUS
                 ? 0x10
                 : 0;
    *end = place == COMPARE_HEADER    ? 0x10
           : place == COMPARE_EXPRESS ? 0x3c
                                      : 0x40;
}

/* One function's config space, and where its capabilities begin (0: none). */
struct side {
    struct config_space *space;
    uint32_t sbdf;
    unsigned int layout;
    unsigned int express;
    unsigned int sriov;
};

static uint32_t read_dword(const struct side *side, unsigned int offset)
{
    return side->space->ops->read(side->space, side->sbdf, offset & ~3U);
}

/* A list can go round: at most so many steps, one for each place there is. */
#define NORMAL_CAPABILITIES 48U
#define EXTENDED_CAPABILITIES 960U

static unsigned int find_express(const struct side *side)
{
    unsigned int at = side->layout == 2 ? 0x14 : 0x34, step;

    if ( !((read_dword(side, 0x04) >> 16) & 0x10) )
        return 0;
    at = read_dword(side, at) & 0xfcU;
    for ( step = 0; at >= 0x40 && step < NORMAL_CAPABILITIES; step++ )
    {
        uint32_t dword = read_dword(side, at);

        if ( dword == ALL )
            return 0;
        if ( (dword & 0xffU) == 0x10 )
            return at;
        at = (dword >> 8) & 0xfcU;
    }

    return 0;
}

static unsigned int find_sriov(const struct side *side)
{
    unsigned int at = 0x100, step;

    for ( step = 0; at >= 0x100 && step < EXTENDED_CAPABILITIES; step++ )
    {
        uint32_t dword = read_dword(side, at);

        if ( dword == ALL || !dword )
            return 0;
        if ( (dword & 0xffffU) == 0x10 )
            return at;
        at = (dword >> 20) & 0xffcU;
    }

    return 0;
}

static struct side open_side(struct config_space *space, uint32_t sbdf)
{
    struct side side = { .space = space, .sbdf = sbdf };

    side.layout = (read_dword(&side, 0x0c) >> 16) & 0x7fU;
    side.express = find_express(&side);
    side.sriov = side.layout ? 0 : find_sriov(&side);

    return side;
}

/* Where `place` begins in a function; false: it has no such thing. */
static bool place_begins(const struct side *side, enum compare_place place,
                         unsigned int *begin)
{
    *begin = 0;
    switch ( place )
    {
    case COMPARE_HEADER:
        return true;
    case COMPARE_DEVICE:
    case COMPARE_BRIDGE:
    case COMPARE_CARDBUS:
        return side->layout == (unsigned int)(place - COMPARE_DEVICE);
    case COMPARE_EXPRESS:
        *begin = side->express;
        return side->express;
    case COMPARE_SRIOV:
        *begin = side->sriov;
        return side->sriov;
    default:
        return false;
    }
}

static uint32_t read_register(const struct side *side, unsigned int begin,
                              const struct compare_register *reg)
{
    unsigned int at = begin + reg->offset;
    uint32_t value = read_dword(side, at) >> (8 * (at & 3U));

    if ( reg->size < 4 )
        value &= ((uint32_t)1 << (8 * reg->size)) - 1;

    return value & reg->mask;
}

/*
 * The first version of the PCI Express capability may end before Device
 * Capabilities 2: what follows is then another capability's.
 */
static bool has_register(const struct side *side, unsigned int begin,
                         const struct compare_register *reg)
{
    return reg->place != COMPARE_EXPRESS || reg->offset < 0x24 ||
           ((read_dword(side, begin) >> 16) & 0xfU) >= 2;
}

void compare_config(struct config_space *before, uint32_t sbdf_before,
                    struct config_space *after, uint32_t sbdf_after,
                    compare_found *found, void *data)
{
    const struct side old = open_side(before, sbdf_before);
    const struct side now = open_side(after, sbdf_after);
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(registers); i++ )
    {
        const struct compare_register *reg = &registers[i];
        unsigned int old_begin, now_begin;
        uint32_t was, is;

        if ( !reg->mask || !place_begins(&old, reg->place, &old_begin) ||
             !place_begins(&now, reg->place, &now_begin) ||
             !has_register(&old, old_begin, reg) ||
             !has_register(&now, now_begin, reg) )
            continue;
        was = read_register(&old, old_begin, reg);
        is = read_register(&now, now_begin, reg);
        if ( was != is )
            found(data, reg, was, is);
    }
}
