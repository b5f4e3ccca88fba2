/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Xen's access to config space, with a curtain in front of it: leaving.c says
 * what it is for.
 */
#include "glue.h"

#define NONE (~(uint64_t)0)

/* SBDF in bits 43-12, register in 11-0. */
static uint64_t __read_mostly hidden_from[2] = { NONE, NONE };

void xpci_config_hide(unsigned int slot, uint32_t sbdf, unsigned int from)
{
    write_atomic(&hidden_from[slot], (uint64_t)sbdf << 12 | from);
}

void xpci_config_hide_nothing(void)
{
    unsigned int slot;

    for ( slot = 0; slot < ARRAY_SIZE(hidden_from); slot++ )
        write_atomic(&hidden_from[slot], NONE);
}

static bool is_hidden(pci_sbdf_t sbdf, unsigned int reg)
{
    uint64_t at = (uint64_t)sbdf.sbdf << 12 | reg;
    unsigned int slot;

    for ( slot = 0; slot < ARRAY_SIZE(hidden_from); slot++ )
    {
        uint64_t from = read_atomic(&hidden_from[slot]);

        if ( unlikely(at >= from && at >> 12 == from >> 12) )
            return true;
    }

    return false;
}

uint8_t pci_conf_read8(pci_sbdf_t sbdf, unsigned int reg)
{
    return is_hidden(sbdf, reg) ? 0 : stock_pci_conf_read8(sbdf, reg);
}

uint16_t pci_conf_read16(pci_sbdf_t sbdf, unsigned int reg)
{
    return is_hidden(sbdf, reg) ? 0 : stock_pci_conf_read16(sbdf, reg);
}

uint32_t pci_conf_read32(pci_sbdf_t sbdf, unsigned int reg)
{
    return is_hidden(sbdf, reg) ? 0 : stock_pci_conf_read32(sbdf, reg);
}

void pci_conf_write8(pci_sbdf_t sbdf, unsigned int reg, uint8_t data)
{
    if ( !is_hidden(sbdf, reg) )
        stock_pci_conf_write8(sbdf, reg, data);
}

void pci_conf_write16(pci_sbdf_t sbdf, unsigned int reg, uint16_t data)
{
    if ( !is_hidden(sbdf, reg) )
        stock_pci_conf_write16(sbdf, reg, data);
}

void pci_conf_write32(pci_sbdf_t sbdf, unsigned int reg, uint32_t data)
{
    if ( !is_hidden(sbdf, reg) )
        stock_pci_conf_write32(sbdf, reg, data);
}
