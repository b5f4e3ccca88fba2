/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When a stock Xen is asked whose its devices are: it prints all of them to
 * its console for that, where they push the messages of its boot out.
 */
#ifndef LIB_AGREE_ASK_OWNERS_H
#define LIB_AGREE_ASK_OWNERS_H

#include "hypervisor/backend.h"
#include "view.h"

enum owners_asked {
    OWNERS_NEVER,
    OWNERS_ALWAYS, /* at each look */
    /* Only for a device that dom0 does not list, and once while it is not. */
    OWNERS_NEEDED,
};

struct owners_answer {
    uint32_t sbdf;
    uint16_t owner;
};

/* Of devices that dom0 does not list: what the latest answer was. */
struct owners_memory {
    struct owners_answer *answers; /* sorted by SBDF */
    size_t count;
    bool recalled; /* the latest snapshot has its owners from here */
};

void ask_owners_dispose(struct owners_memory *memory);

/*
 * backend_ops.snapshot, asking for owners by `asked`.  What is remembered
 * serves for all but a removal: memory->recalled says that a plan with one has
 * to be made anew, from what `anew` returns.  As backend_ops.snapshot, and
 * -ENOMEM.
 */
int __must_check ask_owners_snapshot(struct owners_memory *memory,
                                     enum owners_asked asked, bool anew,
                                     struct backend *backend,
                                     const struct view *dom0,
                                     struct xpci_snapshot *snapshot,
                                     struct xpci_message *message);

#endif /* LIB_AGREE_ASK_OWNERS_H */
