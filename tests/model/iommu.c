/* SPDX-License-Identifier: GPL-2.0-only */
#include "iommu.h"

#include "grow.h"

#include <stdlib.h>
#include <string.h>

void iommu_init(struct iommu *iommu)
{
    memset(iommu, 0, sizeof(*iommu));
}

void iommu_dispose(struct iommu *iommu)
{
    free(iommu->entries);
    iommu_init(iommu);
}

bool iommu_has(const struct iommu *iommu, uint32_t device, uint32_t requester,
               uint16_t owner)
{
    size_t i;

    for ( i = 0; i < iommu->count; i++ )
        if ( iommu->entries[i].device == device &&
             iommu->entries[i].requester == requester &&
             iommu->entries[i].owner == owner )
            return true;
    return false;
}

void iommu_map(struct iommu *iommu, uint32_t device, uint32_t requester,
               uint16_t owner)
{
    if ( iommu_has(iommu, device, requester, owner) )
        return;
    iommu->entries = grow(iommu->entries, iommu->count + 1, &iommu->room,
                          sizeof(*iommu->entries));
    iommu->entries[iommu->count++] =
        (struct iommu_entry){ device, requester, owner };
}

void iommu_unmap(struct iommu *iommu, uint32_t device, bool kept)
{
    size_t left = 0;
    size_t i;

    for ( i = 0; i < iommu->count; i++ )
        if ( iommu->entries[i].device != device ||
             (kept && iommu->entries[i].requester == device) )
            iommu->entries[left++] = iommu->entries[i];
    iommu->count = left;
}
