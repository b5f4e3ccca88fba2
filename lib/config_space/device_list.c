/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The list of a machine's functions: sorting, finding, and working out what
 * depends on other functions.
 */
#include <endian.h>

#include "array.h"
#include "device_list.h"

void config_space_close(struct config_space *space)
{
    if ( space )
        space->ops->close(space);
}

void device_list_init(struct device_list *list)
{
    memset(list, 0, sizeof(*list));
}

void device_list_dispose(struct device_list *list)
{
    size_t i;

    for ( i = 0; i < list->count; i++ )
        free(list->entries[i].config);
    free(list->entries);
    device_list_init(list);
}

int device_list_add(struct device_list *list, const struct device_entry *entry)
{
    if ( list->count >= DEVICE_LIST_MOST )
        return -E2BIG;

    return ARRAY_APPEND(list->entries, list->count, *entry) ? 0 : -ENOMEM;
}

uint32_t device_entry_read(void *source, unsigned int offset)
{
    const struct device_entry *entry = source;
    uint32_t dword;

    if ( offset + sizeof(dword) > entry->config_size )
        return 0xffffffffU;
    memcpy(&dword, entry->config + offset, sizeof(dword));

    return le32toh(dword);
}

static int compare(const void *a, const void *b)
{
    const struct device_entry *x = a, *y = b;

    return (x->sbdf > y->sbdf) - (x->sbdf < y->sbdf);
}

static int compare_lines(const void *a, const void *b)
{
    const struct device_entry *x = a, *y = b;
    int order = compare(x, y);

    return order ? order : (x->line > y->line) - (x->line < y->line);
}

void device_list_sort(struct device_list *list)
{
    if ( list->count )
        qsort(list->entries, list->count, sizeof(*list->entries),
              compare_lines);
}

struct device_entry *device_list_find(const struct device_list *list,
                                      uint32_t sbdf)
{
    struct device_entry key = { .sbdf = sbdf };

    if ( !list->count )
        return NULL;

    return bsearch(&key, list->entries, list->count, sizeof(key), compare);
}

void device_list_link_vfs(struct device_list *list)
{
    /* Each VF has one PF, so honest machines need far fewer steps. */
    uint32_t steps_left = 16 * DEVICE_LIST_MOST;
    size_t i;

    for ( i = 0; i < list->count; i++ )
    {
        const struct device_entry *pf = &list->entries[i];
        uint32_t n, rid = (pf->sbdf & 0xffffU) + pf->facts.vf_offset;

        for ( n = 0; n < pf->facts.vf_count && rid <= 0xffffU && steps_left;
              n++, rid += pf->facts.vf_stride, steps_left-- )
        {
            struct device_entry *vf =
                device_list_find(list, (pf->sbdf & 0xffff0000U) | rid);

            if ( !vf || vf == pf || vf->is_virtfn || vf->facts.vf_count ||
                 vf->facts.bridge )
                continue;
            vf->is_virtfn = true;
            vf->physfn = pf->sbdf;
        }
    }
}

/* As Linux does: a function beyond slot 0 below a port that forwards ARI. */
static void mark_extended_of_segment(struct device_entry *entries, size_t count)
{
    bool ari[256] = { false };
    size_t i;

    for ( i = 0; i < count; i++ )
        if ( entries[i].facts.bridge && entries[i].facts.ari_forwarding )
            ari[entries[i].facts.secondary] = true;
    for ( i = 0; i < count; i++ )
        entries[i].is_extfn = !entries[i].is_virtfn &&
                              XPCI_DEV(entries[i].sbdf) &&
                              ari[XPCI_BUS(entries[i].sbdf)];
}

static void mark_extended(struct device_list *list)
{
    size_t first = 0, end;

    for ( ; first < list->count; first = end )
    {
        uint16_t segment = XPCI_SEGMENT(list->entries[first].sbdf);

        for ( end = first + 1; end < list->count; end++ )
            if ( XPCI_SEGMENT(list->entries[end].sbdf) != segment )
                break;
        mark_extended_of_segment(&list->entries[first], end - first);
    }
}

/* A VF has a header of type 0 (PCIe Base Specification 5.0, 9.3.4.1). */
static void unmark_bridges(struct device_list *list,
                           const struct warning_sink *sink)
{
    char first[XPCI_SBDF_LENGTH];
    size_t i, count = 0;

    for ( i = 0; i < list->count; i++ )
    {
        struct device_entry *entry = &list->entries[i];

        if ( !entry->is_virtfn || !entry->facts.bridge )
            continue;
        if ( !count++ )
            xpci_sbdf_format(first, entry->sbdf);
        entry->is_virtfn = false;
    }

    if ( count )
        warning_say(sink,
                    "%zu virtual functions have the header of a bridge (first: "
                    "%s), which none can have: they are taken for bridges",
                    count, first);
}

static void check_vfs(struct device_list *list, const struct warning_sink *sink)
{
    char vf[XPCI_SBDF_LENGTH], pf[XPCI_SBDF_LENGTH];
    size_t i, orphans = 0;

    for ( i = 0; i < list->count; i++ )
    {
        struct device_entry *entry = &list->entries[i];
        const struct device_entry *physfn;

        if ( !entry->is_virtfn )
            continue;
        physfn = device_list_find(list, entry->physfn);
        if ( physfn && physfn != entry && !physfn->is_virtfn &&
             XPCI_SEGMENT(physfn->sbdf) == XPCI_SEGMENT(entry->sbdf) )
            continue;
        if ( !orphans++ )
        {
            xpci_sbdf_format(vf, entry->sbdf);
            xpci_sbdf_format(pf, entry->physfn);
        }
        entry->is_orphan = true;
    }

    if ( orphans )
        warning_say(sink,
                    "the physical function of %zu virtual functions is not "
                    "there (first: %s of %s): they are left out, as nothing "
                    "can be done with them without it",
                    orphans, vf, pf);
}

static void warn_of_cut(const struct device_list *list,
                        const struct warning_sink *sink)
{
    char first[XPCI_SBDF_LENGTH];
    size_t i, count = 0;

    for ( i = 0; i < list->count; i++ )
        if ( list->entries[i].facts.capabilities_cut && !count++ )
            xpci_sbdf_format(first, list->entries[i].sbdf);

    if ( count )
        warning_say(sink,
                    "config space of %zu devices ends before their "
                    "capabilities (first: %s): their types are from the class "
                    "alone, and any PCI Express bridge counts as a PCI bridge",
                    count, first);
}

void device_list_finish(struct device_list *list,
                        const struct warning_sink *sink)
{
    unmark_bridges(list, sink);
    check_vfs(list, sink);
    mark_extended(list);
    warn_of_cut(list, sink);
}

static int report_entry(const struct device_entry *entry,
                        config_space_each *each, void *data)
{
    struct xpci_report report = {
        .is_virtfn = entry->is_virtfn,
        .is_extfn = entry->is_extfn,
        .physfn_bus = entry->is_virtfn ? XPCI_BUS(entry->physfn) : 0,
        .physfn_devfn = entry->is_virtfn ? XPCI_DEVFN(entry->physfn) : 0,
        .node = entry->node,
    };

    return each(data, entry->sbdf, &report);
}

/*
 * A configured bridge is on a lower bus than all that is behind it, so
 * ascending is the order already, but for VFs that sit below their PF.
 */
int device_list_report(const struct device_list *list, config_space_each *each,
                       void *data)
{
    unsigned int late;
    size_t i;

    for ( late = 0; late < 2; late++ )
        for ( i = 0; i < list->count; i++ )
        {
            const struct device_entry *entry = &list->entries[i];
            bool is_late = entry->is_virtfn && entry->physfn > entry->sbdf;
            int rc;

            if ( entry->is_orphan || is_late != (late == 1) )
                continue;
            rc = report_entry(entry, each, data);
            if ( rc )
                return rc;
        }

    return 0;
}
