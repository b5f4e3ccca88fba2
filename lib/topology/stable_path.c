/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stable paths: where a device sits, without any bus number but the root's.
 */
#include <stdio.h>

#include <xen-pci/snapshot.h>

char *xpci_path_format(char *text, const struct xpci_snapshot *snapshot,
                       uint32_t sbdf)
{
    uint16_t segment = XPCI_SEGMENT(sbdf);
    uint8_t devfn[256 + 1]; /* of the device, then of bridges, going up */
    unsigned int levels = 0, length, bus = XPCI_BUS(sbdf);
    bool seen[256] = { false };

    devfn[levels++] = XPCI_DEVFN(sbdf);
    while ( !seen[bus] )
    {
        const struct xpci_bus_info *info =
            xpci_snapshot_bus(snapshot, segment, (uint8_t)bus);

        seen[bus] = true;
        if ( !info || seen[XPCI_BUS(info->bridge)] )
            break;
        devfn[levels++] = XPCI_DEVFN(info->bridge);
        bus = XPCI_BUS(info->bridge);
    }

    length = (unsigned int)snprintf(text, XPCI_PATH_LENGTH, "%04x:%02x",
                                    segment, bus);
    while ( levels && length < XPCI_PATH_LENGTH )
    {
        levels--;
        length += (unsigned int)snprintf(
            text + length, XPCI_PATH_LENGTH - length, "/%02x.%x",
            devfn[levels] >> 3, devfn[levels] & 7U);
    }

    return text;
}
