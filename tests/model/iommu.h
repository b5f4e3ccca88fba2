/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fake IOMMU: which requester IDs are mapped, for which owner, because of
 * which device.
 */
#ifndef TESTS_MODEL_IOMMU_H
#define TESTS_MODEL_IOMMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct iommu_entry {
    uint32_t device;    /* SBDF */
    uint32_t requester; /* SBDF that its DMA carries */
    uint16_t owner;     /* whose memory it reaches */
};

struct iommu {
    struct iommu_entry *entries;
    size_t count;
    size_t room;
};

void iommu_init(struct iommu *iommu);
/* May be called twice. */
void iommu_dispose(struct iommu *iommu);

/* Nothing happens where just this is mapped already. */
void iommu_map(struct iommu *iommu, uint32_t device, uint32_t requester,
               uint16_t owner);

/* All of a device, but for its own requester ID where that is `kept`. */
void iommu_unmap(struct iommu *iommu, uint32_t device, bool kept);

bool iommu_has(const struct iommu *iommu, uint32_t device, uint32_t requester,
               uint16_t owner);

#endif /* TESTS_MODEL_IOMMU_H */
