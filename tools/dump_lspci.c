/* SPDX-License-Identifier: GPL-2.0-only */
/* A topology as lspci -xxxx prints it, with the bytes of config space. */
#include <stdio.h>

#include "dump.h"

#define ROW 16U
#define ALL_ONES 0xffffffffU

static uint32_t read_dword(struct config_space *space, uint32_t sbdf,
                           unsigned int offset)
{
    return space->ops->read(space, sbdf, offset);
}

static bool is_readable(struct config_space *space, uint32_t sbdf,
                        unsigned int begin, unsigned int end)
{
    for ( ; begin < end; begin += 4 )
        if ( read_dword(space, sbdf, begin) != ALL_ONES )
            return true;
    return false;
}

/*
 * As much as can be read, in the sizes that lspci knows: what cannot be read
 * reads as all ones.
 */
static unsigned int config_size(struct config_space *space, uint32_t sbdf)
{
    static const unsigned int sizes[] = { 4096, 256, 128, 64 };
    size_t i;

    for ( i = 0; i + 1 < ARRAY_SIZE(sizes); i++ )
        if ( is_readable(space, sbdf, sizes[i + 1], sizes[i]) )
            return sizes[i];
    return sizes[i];
}

static void print_row(struct config_space *space, uint32_t sbdf,
                      unsigned int offset)
{
    unsigned int i;

    printf("%02x:", offset);
    for ( i = 0; i < ROW; i += 4 )
    {
        uint32_t dword = read_dword(space, sbdf, offset + i);

        printf(" %02x %02x %02x %02x", dword & 0xff, (dword >> 8) & 0xff,
               (dword >> 16) & 0xff, dword >> 24);
    }
    putchar('\n');
}

enum tool_exit dump_lspci(const struct topology *topology, struct names *names)
{
    const struct xpci_snapshot *snapshot = &topology->snapshot;
    char sbdf[XPCI_SBDF_LENGTH], name[NAME_LENGTH];
    size_t i;

    if ( !topology->space )
    {
        tool_error("dump: -o lspci prints config space, which the hypervisor's "
                   "tables do not have; --embedded reads this machine's");
        return TOOL_USAGE;
    }
    for ( i = 0; i < snapshot->device_count; i++ )
    {
        const struct xpci_device_info *device = &snapshot->devices[i];
        unsigned int size = config_size(topology->space, device->sbdf), offset;

        printf("%s %s (rev %02x)\n", xpci_sbdf_format(sbdf, device->sbdf),
               names_device(names, name, device, true),
               device->class_revision & 0xff);
        for ( offset = 0; offset < size; offset += ROW )
            print_row(topology->space, device->sbdf, offset);
        putchar('\n');
    }
    return TOOL_DONE;
}
