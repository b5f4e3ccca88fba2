/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fake's config space: the model's, with MSI, MSI-X and ATS put into it.
 */
#include "control.h"

#define MSI_AT 0x70U
#define MSIX_AT 0x80U
#define PCIE_AT 0x60U
#define ATS_AT 0x100U
#define MOST 32

struct world fake_world;
unsigned int fake_wrong_writes;
bool fake_random_capabilities;

static struct {
    uint32_t sbdf;
    struct fake_capabilities has;
} special[MOST];
static unsigned int specials;

void fake_set_capabilities(uint32_t sbdf, struct fake_capabilities has)
{
    unsigned int i;

    for ( i = 0; i < specials && special[i].sbdf != sbdf; i++ )
        ;
    ASSERT(i < MOST);
    if ( i == specials )
        specials++;
    special[i].sbdf = sbdf;
    special[i].has = has;
}

static struct fake_capabilities capabilities_of(uint32_t sbdf)
{
    const uint32_t kind = sbdf * 0x9e3779b1U >> 16;
    unsigned int i;

    if ( fake_random_capabilities )
        return (struct fake_capabilities){
            .msi_log = kind & 1 ? (int)(kind >> 1 & 1) : -1,
            .msix_entries = kind & 4 ? 8 : 0,
            .ats = kind & 8,
        };

    for ( i = 0; i < specials; i++ )
        if ( special[i].sbdf == sbdf )
            return special[i].has;

    return (struct fake_capabilities){ .msi_log = -1 };
}

/* The list of capabilities goes on behind the PCI Express capability. */
static uint32_t with_capabilities(uint32_t sbdf, unsigned int offset,
                                  uint32_t dword)
{
    struct fake_capabilities has = capabilities_of(sbdf);
    uint32_t first = has.msi_log >= 0 ? MSI_AT : has.msix_entries ? MSIX_AT : 0;

    switch ( offset )
    {
    case PCIE_AT:
        return dword ? dword | first << 8 : 0;

    case MSI_AT:
        if ( has.msi_log < 0 )
            return dword;
        return PCI_CAP_ID_MSI | (has.msix_entries ? MSIX_AT << 8 : 0) |
               (uint32_t)has.msi_log << 17;

    case MSIX_AT:
        if ( !has.msix_entries )
            return dword;
        return PCI_CAP_ID_MSIX | (has.msix_entries - 1) << 16;

    case ATS_AT:
        return has.ats ? PCI_EXT_CAP_ID_ATS | 1U << 16 : dword;

    default:
        return dword;
    }
}

uint32_t pci_conf_read32(pci_sbdf_t sbdf, unsigned int offset)
{
    uint32_t dword = world_read(&fake_world, sbdf.sbdf, offset);

    ASSERT(!(offset & 3) && offset < 4096);

    return dword == ~0U ? dword : with_capabilities(sbdf.sbdf, offset, dword);
}

uint16_t pci_conf_read16(pci_sbdf_t sbdf, unsigned int offset)
{
    return (uint16_t)(pci_conf_read32(sbdf, offset & ~3U) >> 8 * (offset & 2U));
}

void fake_remember(struct pci_dev *pdev)
{
    const struct world_function *function =
        world_get(&fake_world, pdev->sbdf.sbdf);

    if ( !function )
        return;
    pdev->fake_ids = function->vendor | (uint32_t)function->device << 16;
    pdev->fake_class = function->class_revision;
}

/* Is what is at the device's place still it? */
static bool is_itself(const struct pci_dev *pdev)
{
    const struct world_function *function =
        world_get(&fake_world, pdev->sbdf.sbdf);

    return function &&
           (function->vendor | (uint32_t)function->device << 16) ==
               pdev->fake_ids &&
           function->class_revision == pdev->fake_class;
}

void fake_touch(const struct pci_dev *pdev)
{
    fake_wrong_writes += !is_itself(pdev);
}

void pci_conf_write16(pci_sbdf_t sbdf, unsigned int offset, uint16_t value)
{
    const struct pci_dev *pdev = pci_get_pdev(NULL, sbdf);

    ASSERT(pdev && offset < 256 && value != 0xffff);
    fake_touch(pdev);
}

uint16_t fake_config_class(uint32_t sbdf)
{
    return (uint16_t)(pci_conf_read32((pci_sbdf_t){ .sbdf = sbdf },
                                      PCI_CLASS_REVISION) >>
                      16);
}

unsigned int fake_capability(uint32_t sbdf, uint8_t id)
{
    const pci_sbdf_t at = { .sbdf = sbdf };
    unsigned int offset = pci_conf_read32(at, 0x34) & 0xfcU, left = 48;

    while ( offset >= 0x40 && left-- )
    {
        uint32_t header = pci_conf_read32(at, offset);

        if ( (header & 0xff) == id )
            return offset;
        offset = header >> 8 & 0xfc;
    }

    return 0;
}

enum pdev_type pdev_type(uint16_t seg, uint8_t bus, uint8_t devfn)
{
    const pci_sbdf_t at = PCI_SBDF(seg, bus, devfn);
    uint16_t class = fake_config_class(at.sbdf);
    unsigned int express = fake_capability(at.sbdf, PCI_CAP_ID_EXP);
    uint32_t kind = express ? pci_conf_read32(at, express) >> 20 & 0xf : 0;

    if ( class == 0xffff )
        return DEV_TYPE_PCI_UNKNOWN;
    if ( class == 0x0600 )
        return DEV_TYPE_PCI_HOST_BRIDGE;
    if ( class != 0x0604 )
        return express ? DEV_TYPE_PCIe_ENDPOINT : DEV_TYPE_PCI;
    if ( !express )
        return DEV_TYPE_LEGACY_PCI_BRIDGE;

    return kind == 7   ? DEV_TYPE_PCIe2PCI_BRIDGE
           : kind == 8 ? DEV_TYPE_PCI2PCIe_BRIDGE
                       : DEV_TYPE_PCIe_BRIDGE;
}
