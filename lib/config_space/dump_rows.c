/* SPDX-License-Identifier: GPL-2.0-only */
#include "dump_rows.h"

/* Registers: PCI Express Base Specification 5.0, 7.5.1, 7.5.3, 9.3.3. */
#define STATUS 0x06U
#define STATUS_CAPABILITIES 0x10U
#define HEADER_TYPE 0x0eU
#define LAYOUT_DEVICE 0U
#define LAYOUT_CARDBUS 2U
#define BUS_NUMBERS 0x18U
#define CAPABILITIES 0x34U
#define CAPABILITIES_CARDBUS 0x14U
#define HEADER_LAST 0x3fU

#define CAPABILITY_EXPRESS 0x10U
#define EXPRESS_CONTROL_2 0x28U /* of a port: ARI forwarding */
#define NORMAL_FIRST 0x40U
#define NORMAL_END 0x100U
#define EXTENDED_SRIOV 0x10U
#define SRIOV_SIZE 0x1cU /* to VF Device ID */
#define EXTENDED_FIRST 0x100U

/* A list that goes round ends after as many steps as there are places. */
#define NORMAL_STEPS ((NORMAL_END - NORMAL_FIRST) / 4)
#define EXTENDED_STEPS ((DUMP_CONFIG_MOST - EXTENDED_FIRST) / 4)

/* One bit for each dword. */
struct dwords {
    uint32_t word[DUMP_CONFIG_MOST / 4 / 32];
};

static void want(struct dwords *wanted, unsigned int offset, unsigned int size)
{
    unsigned int dword;

    for ( dword = offset / 4;
          dword < (offset + size + 3) / 4 && dword < DUMP_CONFIG_MOST / 4;
          dword++ )
        wanted->word[dword / 32] |= (uint32_t)1 << (dword % 32);
}

static bool is_wanted(const struct dwords *wanted, unsigned int offset)
{
    unsigned int dword = offset / 4;

    return (wanted->word[dword / 32] >> (dword % 32)) & 1U;
}

static void want_capabilities(struct dwords *wanted, const uint8_t *config,
                              unsigned int size, unsigned int pointer)
{
    unsigned int at = config[pointer] & 0xfcU, step;

    want(wanted, pointer & ~3U, 4);
    for ( step = 0; step < NORMAL_STEPS && at >= NORMAL_FIRST && at + 4 <= size;
          step++ )
    {
        want(wanted, at, 4);
        if ( config[at] == CAPABILITY_EXPRESS &&
             (config[HEADER_TYPE] & 0x7fU) != LAYOUT_DEVICE )
            want(wanted, at + EXPRESS_CONTROL_2, 4);
        at = config[at + 1] & 0xfcU;
    }
}

static void want_extended(struct dwords *wanted, const uint8_t *config,
                          unsigned int size)
{
    unsigned int at = EXTENDED_FIRST, step;

    for ( step = 0;
          step < EXTENDED_STEPS && at >= EXTENDED_FIRST && at + 4 <= size;
          step++ )
    {
        unsigned int id = config[at] | (unsigned int)config[at + 1] << 8;

        want(wanted, at, id == EXTENDED_SRIOV ? SRIOV_SIZE : 4);
        at = ((unsigned int)config[at + 3] << 4 | config[at + 2] >> 4) & 0xffcU;
    }
}

enum dump_knowledge dump_rows_knowledge(unsigned int offset)
{
    if ( offset < 0x10 )
        return DUMP_KNOWN;

    return offset == (HEADER_LAST & ~3U) ? DUMP_UNKNOWN : DUMP_PERHAPS;
}

static void find_wanted(struct dwords *wanted, const uint8_t *config,
                        unsigned int size)
{
    unsigned int layout = config[HEADER_TYPE] & 0x7fU;

    *wanted = (struct dwords){ { 0 } };
    want(wanted, 0, 0x10);
    if ( layout != LAYOUT_DEVICE )
        want(wanted, BUS_NUMBERS, 4);
    if ( config[STATUS] & STATUS_CAPABILITIES )
    {
        want_capabilities(wanted, config, size, CAPABILITIES);
        if ( layout == LAYOUT_CARDBUS )
            want_capabilities(wanted, config, size, CAPABILITIES_CARDBUS);
    }
    want_extended(wanted, config, size);
}

/* "fff:", 16 times " xx", a newline. */
#define ROW_LENGTH (4U + 3U * DUMP_ROW_BYTES + 1U)

static char *put_byte(char *at, unsigned int byte)
{
    static const char digits[] = "0123456789abcdef";

    *at++ = digits[byte >> 4];
    *at++ = digits[byte & 0xfU];

    return at;
}

/* `count` bytes from `offset` on. */
static int write_row(FILE *out, const uint8_t *config, unsigned int offset,
                     unsigned int count)
{
    char row[ROW_LENGTH], *at = row;
    unsigned int i;

    if ( offset > 0xff )
        *at++ = "0123456789abcdef"[offset >> 8];
    at = put_byte(at, offset & 0xffU);
    *at++ = ':';
    for ( i = 0; i < count; i++ )
    {
        *at++ = ' ';
        at = put_byte(at, config[offset + i]);
    }
    *at++ = '\n';

    return fwrite(row, 1, (size_t)(at - row), out) == (size_t)(at - row) ? 0
                                                                         : -EIO;
}

int dump_rows_write(FILE *out, const uint8_t *config, unsigned int size,
                    enum dump_rows rows)
{
    struct dwords wanted;
    unsigned int offset, count;
    int rc = 0;

    if ( rows == DUMP_ROWS_THAT_MATTER )
        find_wanted(&wanted, config, size);
    else
        memset(&wanted, 0xff, sizeof(wanted));

    /* libpci takes a header for whole that has its last byte. */
    if ( rows == DUMP_ROWS_THAT_MATTER )
        rc = write_row(out, config, HEADER_LAST, 1);
    for ( offset = 0; !rc && offset < size; offset += count )
    {
        count = 4;
        if ( !is_wanted(&wanted, offset) )
            continue;
        while ( count < DUMP_ROW_BYTES && offset + count < size &&
                is_wanted(&wanted, offset + count) )
            count += 4;
        rc = write_row(out, config, offset, count);
    }

    return rc;
}
