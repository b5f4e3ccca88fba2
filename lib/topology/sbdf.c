/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SBDFs and stable paths as users write them.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include <xen-pci/snapshot.h>

/* Hex digits at `*text`: their value, 1 to `most` of them; moves `*text`. */
static bool read_hex(const char **text, unsigned int most, uint32_t *value)
{
    unsigned int digits = 0;

    *value = 0;
    while ( isxdigit((unsigned char)**text) && digits < most )
    {
        char digit[2] = { **text, '\0' };

        *value = (*value << 4) | (uint32_t)strtoul(digit, NULL, 16);
        ++*text;
        digits++;
    }

    return digits && !isxdigit((unsigned char)**text);
}

/* Hex digits, then `separator`. */
static bool read_field(const char **text, unsigned int most, char separator,
                       uint32_t *value)
{
    if ( !read_hex(text, most, value) || **text != separator )
        return false;
    ++*text;

    return true;
}

char *xpci_sbdf_format(char *text, uint32_t sbdf)
{
    snprintf(text, XPCI_SBDF_LENGTH, "%04x:%02x:%02x.%x", XPCI_SEGMENT(sbdf),
             XPCI_BUS(sbdf), XPCI_DEV(sbdf), XPCI_FUNC(sbdf));

    return text;
}

int xpci_sbdf_parse(const char *text, uint32_t *sbdf)
{
    uint32_t segment = 0, bus, slot, function;
    const char *at = text;

    /* One colon or two tell whether the segment is given. */
    if ( strchr(text, ':') != strrchr(text, ':') &&
         !read_field(&at, 8, ':', &segment) )
        return -EINVAL;
    if ( !read_field(&at, 2, ':', &bus) || !read_field(&at, 2, '.', &slot) ||
         !read_hex(&at, 1, &function) || *at || slot > 0x1f || function > 7 )
        return -EINVAL;
    if ( segment > 0xffff )
        return -ERANGE;

    *sbdf = XPCI_SBDF(segment, bus, (slot << 3) | function);

    return 0;
}

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
