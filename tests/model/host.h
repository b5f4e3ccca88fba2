/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A host for the core that counts, records and fails on demand; and that owns
 * and maps devices as a hypervisor does, on a fake IOMMU.
 */
#ifndef TESTS_MODEL_HOST_H
#define TESTS_MODEL_HOST_H

#include <xen-pci/host.h>
#include <xen-pci/topology.h>

#include "process/interrupts.h"
#include "process/owners.h"

#include "iommu.h"
#include "world.h"

/* How config space misbehaves in an operation. */
enum test_torn {
    TORN_NOT,
    TORN_FROM,    /* all ones from the n-th read on */
    TORN_AT,      /* only the n-th read is all ones */
    TORN_OTHER,   /* only the n-th read is something else */
    TORN_NUMBERS, /* bridges have other bus numbers at each read */
    TORN_ALL      /* every dword is another at each read */
};

struct test_remap {
    uint16_t segment;
    struct xpci_bus_set buses;
};

/* What the core told of a device, or asked. */
struct test_told {
    uint32_t sbdf;
    bool how; /* does it answer; is it away */
};

struct test_told_list {
    struct test_told *entries;
    size_t count;
    size_t room;
};

struct test_host {
    struct xpci_host host;
    struct world *world;
    struct xpci *xpci; /* set by the test once it is created */

    /* Memory. */
    size_t allocated;    /* bytes that the core holds now */
    unsigned int blocks; /* in so many blocks */
    unsigned int
        fail_at; /* n: the n-th allocation from now on fails; 0: none */
    bool failed; /* it has */

    /* The lock, and what went wrong with it since the beginning. */
    bool locked;
    unsigned int lock_errors;

    /* Since test_host_forget(). */
    void *attached;                  /* to the one that departed last */
    struct test_told_list asked;     /* whether it may be removed */
    struct test_told_list removed;   /* what departed, and if it answers */
    struct test_told_list displaced; /* away or back */
    struct test_remap *unmaps;
    size_t unmap_count;
    size_t unmap_room;
    struct test_remap *remaps;
    size_t remap_count;
    size_t remap_room;
    unsigned long reads; /* of config space */
    unsigned long reads_of_watched;
    uint32_t watched_sbdf;
    unsigned int watched_offset;
    enum test_torn torn; /* until the test says otherwise */
    unsigned long torn_at;

    /* Whose device is it, and what is mapped.  Off: nobody adopts anything. */
    bool tracks;
    struct owners owners;
    struct interrupts interrupts;
    struct iommu iommu;
    uint32_t *adopted;
    size_t adopted_count;
    size_t adopted_room;

    /* Called from `remove`, `displaced` and `remap` if set. */
    void (*on_remove)(void *data, uint32_t sbdf);
    void (*on_displaced)(void *data, uint32_t sbdf, bool away);
    void (*on_remap)(void *data, uint16_t segment);
    void *data;
};

void test_host_init(struct test_host *host, struct world *world);
/* What it recorded goes; may be called twice. */
void test_host_dispose(struct test_host *host);
void test_host_forget(struct test_host *host);

/*
 * After an operation on the tables, without the lock: devices that were
 * entered are adopted, by dom0 or the quarantine, and mapped.
 */
void test_host_adopt(struct test_host *host);

/* The host could not take `sbdf`, and has told the tables. */
void test_host_refused(struct test_host *host, uint32_t sbdf);

/*
 * What a toolstack does, as Xen's domctls do (<xen-pci/embedded.h>): what is
 * displaced is not there (-ENODEV).
 */
int test_host_assign(struct test_host *host, uint32_t sbdf, uint16_t domain);
int test_host_deassign(struct test_host *host, uint32_t sbdf);
void test_host_destroy(struct test_host *host, uint16_t domain);

/*
 * Is just that mapped which living devices account for, each for its owner?
 * False: `text` of `size` bytes says what is not.
 */
bool test_host_is_sound(const struct test_host *host, char *text, size_t size);

#endif /* TESTS_MODEL_HOST_H */
