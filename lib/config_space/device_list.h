/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The functions that a machine has, with what dom0 would report about each.
 */
#ifndef LIB_CONFIG_SPACE_DEVICE_LIST_H
#define LIB_CONFIG_SPACE_DEVICE_LIST_H

#include "message.h"

/* More than this is no machine but a mistake, or an attack. */
#define DEVICE_LIST_MOST (16U * 65536U)

/* What config space says about a function, as far as reports need it. */
struct device_facts {
    bool bridge; /* has bus numbers */
    bool ari_forwarding;
    bool capabilities_cut; /* there are some, beyond what is readable */
    bool torn;             /* in part it reads ones where none can be */
    unsigned int express;  /* offset of the PCI Express capability, or 0 */
    uint8_t secondary;     /* of a bridge */
    uint16_t vf_count;     /* of a PF with its VFs enabled, else 0 */
    uint16_t vf_offset;
    uint16_t vf_stride;
};

struct device_entry {
    uint32_t sbdf;
    struct device_facts facts;
    bool is_virtfn;
    bool is_extfn;
    bool is_orphan;  /* a VF whose PF is gone, as Linux leaves them behind */
    uint32_t physfn; /* of a VF */
    uint32_t node;   /* XPCI_NO_NODE: none */
    /*
     * Config space: all that there is of it, or (is_partial) the dwords of its
     * first 256 bytes that have their bit in `kept`.
     */
    uint8_t *config;
    size_t config_size;
    bool is_partial;
    uint64_t kept;
    unsigned long line; /* of a dump, where the function begins */
};

/* Why a function that is there cannot be described. */
enum device_silence {
    SILENCE_UNREADABLE, /* its config space cannot be read, or not whole */
    SILENCE_ONES,       /* it reads ones */
    SILENCE_TORN,       /* it reads ones in part: header type 7f, for one */
    SILENCE_D3COLD,     /* without power */
    SILENCE_LINK_DOWN,  /* the link to it is down */
    SILENCE_ORPHAN,     /* a VF whose PF cannot be described */
    SILENCES
};

/* Such as "link-down", and a sentence without its full stop about it. */
const char *device_silence_name(enum device_silence why);
const char *device_silence_text(enum device_silence why);

struct device_silent {
    uint32_t sbdf;
    enum device_silence why;
};

struct device_list {
    struct device_entry *entries; /* sorted by SBDF once finished */
    size_t count;
    struct device_silent *silent; /* listed, and not among the entries */
    size_t silent_count;
};

/* A dword of the function `source`; all ones where nothing is readable. */
typedef uint32_t config_dword(void *source, unsigned int offset);

/* 0, or -ENODEV: the class reads all ones. */
int __must_check device_facts_read(struct device_facts *facts,
                                   config_dword *read, void *source);
/* The VFs of what is no bridge, beyond the first 256 bytes. */
void device_facts_read_vfs(struct device_facts *facts, config_dword *read,
                           void *source);

/*
 * The function has capabilities, and the first of them cannot be read.
 * `layout` is its header layout.
 */
bool __must_check device_capabilities_cut(config_dword *read, void *source,
                                          unsigned int layout);

void device_list_init(struct device_list *list);
void device_list_dispose(struct device_list *list);

/*
 * Append; the list takes over entry->config.  -ENOMEM, -E2BIG: more than
 * DEVICE_LIST_MOST.
 */
int __must_check device_list_add(struct device_list *list,
                                 const struct device_entry *entry);

/* A function that is there and cannot be described.  As above. */
int __must_check device_list_add_silent(struct device_list *list, uint32_t sbdf,
                                        enum device_silence why);

/* The dword at `offset` of an entry's config space (`entry`: its source). */
uint32_t device_entry_read(void *entry, unsigned int offset);

/* Sort by SBDF, then by line; needed before device_list_find(). */
void device_list_sort(struct device_list *list);
struct device_entry *device_list_find(const struct device_list *list,
                                      uint32_t sbdf);

/*
 * VFs from the SR-IOV capabilities of their PFs, for sources in which nobody
 * else says who they are.  The list must be sorted.
 */
void device_list_link_vfs(struct device_list *list);

/*
 * Work out what depends on others: extended functions, VFs whose PF is not
 * in the list (those are said once and then left out of the reports), and
 * say once what cannot be known.  The list must be sorted.
 */
void device_list_finish(struct device_list *list,
                        const struct warning_sink *sink);

/* The reports in dom0's order; see config_space_ops.list. */
int __must_check device_list_report(const struct device_list *list,
                                    config_space_each *each, void *data);

#endif /* LIB_CONFIG_SPACE_DEVICE_LIST_H */
