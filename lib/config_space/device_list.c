/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The list of a machine's functions, with the facts that reports need: from
 * config space, and from the other functions in the list.
 */
#include <endian.h>

#include <pci/header.h>

#include "array.h"
#include "device_list.h"

#define ALL_ONES 0xffffffffU

/*
 * ARI Forwarding Enable: bit 5 of Device Control 2, which is at 0x28 of the
 * PCI Express capability (PCIe Base Specification 5.0, 7.5.3.16).
 */
#define PCIE_DEVICE_CONTROL_2 0x28U
#define ARI_FORWARDING 0x0020U

/* SR-IOV Extended Capability (PCIe Base Specification 5.0, 9.3.3). */
#define SRIOV_CONTROL 0x08U
#define SRIOV_NUM_VFS 0x10U
#define SRIOV_OFFSET_STRIDE 0x14U
#define SRIOV_VF_ENABLE 0x0001U

/* A list that loops ends after as many steps as capabilities fit. */
#define CAPABILITY_FIRST 0x40U
#define CAPABILITY_STEPS ((0x100U - CAPABILITY_FIRST) / 4)
#define EXTENDED_FIRST 0x100U
#define EXTENDED_STEPS ((4096U - EXTENDED_FIRST) / 4)

void config_space_close(struct config_space *space)
{
    if ( space )
        space->ops->close(space);
}

struct function {
    config_dword *read;
    void *source;
    unsigned int first; /* capability; below 0x40: there is none */
};

static uint32_t read_dword(const struct function *function, unsigned int offset)
{
    return function->read(function->source, offset);
}

/* The offset of the PCI Express capability, or 0. */
static unsigned int find_express(const struct function *function, bool *torn)
{
    unsigned int offset = function->first, step;

    for ( step = 0; step < CAPABILITY_STEPS && offset >= CAPABILITY_FIRST;
          step++ )
    {
        uint32_t header = read_dword(function, offset);

        if ( (header & 0xffU) == PCI_CAP_ID_EXP )
            return offset;
        if ( (header & 0xffU) == 0xffU )
        {
            *torn = true;
            break;
        }
        offset = (header >> 8) & 0xfcU;
    }

    return 0;
}

/* The offset of the SR-IOV capability, or 0. */
static unsigned int find_sriov(const struct function *function)
{
    unsigned int offset = EXTENDED_FIRST, step;

    for ( step = 0; step < EXTENDED_STEPS && offset >= EXTENDED_FIRST; step++ )
    {
        uint32_t header = read_dword(function, offset);

        if ( !header || header == ALL_ONES )
            break;
        if ( (header & 0xffffU) == PCI_EXT_CAP_ID_SRIOV )
            return offset;
        offset = (header >> 20) & 0xffcU;
    }

    return 0;
}

static void bridge_facts(const struct function *function,
                         struct device_facts *facts)
{
    uint32_t numbers = read_dword(function, PCI_PRIMARY_BUS), control;

    facts->bridge = true;
    facts->torn = facts->torn || numbers == ALL_ONES;
    facts->secondary = (uint8_t)(numbers >> 8);
    if ( !facts->express )
        return;
    control = read_dword(function, facts->express + PCIE_DEVICE_CONTROL_2);
    facts->ari_forwarding = control & ARI_FORWARDING;
}

void device_facts_read_vfs(struct device_facts *facts, config_dword *read,
                           void *source)
{
    const struct function whole = { read, source, 0 };
    const struct function *function = &whole;
    uint32_t control, placement;
    unsigned int sriov =
        facts->bridge || !facts->express ? 0 : find_sriov(function);

    if ( !sriov )
        return;
    control = read_dword(function, sriov + SRIOV_CONTROL);
    if ( control == ALL_ONES || !(control & SRIOV_VF_ENABLE) )
        return;
    placement = read_dword(function, sriov + SRIOV_OFFSET_STRIDE);
    facts->vf_count = (uint16_t)read_dword(function, sriov + SRIOV_NUM_VFS);
    facts->vf_offset = (uint16_t)placement;
    facts->vf_stride = (uint16_t)(placement >> 16);
}

static unsigned int first_capability(const struct function *function,
                                     unsigned int layout)
{
    unsigned int pointer = layout == PCI_HEADER_TYPE_CARDBUS
                               ? PCI_CB_CAPABILITY_LIST
                               : PCI_CAPABILITY_LIST;

    if ( !(read_dword(function, PCI_COMMAND) >> 16 & PCI_STATUS_CAP_LIST) )
        return 0;

    return read_dword(function, pointer) & 0xfcU;
}

static bool is_cut(const struct function *function)
{
    return function->first >= CAPABILITY_FIRST &&
           read_dword(function, function->first) == ALL_ONES;
}

bool device_capabilities_cut(config_dword *read, void *source,
                             unsigned int layout)
{
    struct function function = { read, source, 0 };

    function.first = first_capability(&function, layout);

    return is_cut(&function);
}

int device_facts_read(struct device_facts *facts, config_dword *read,
                      void *source)
{
    struct function function = { read, source, 0 };
    unsigned int layout;

    memset(facts, 0, sizeof(*facts));
    if ( read_dword(&function, PCI_CLASS_REVISION) == ALL_ONES )
        return -ENODEV;

    layout = read_dword(&function, PCI_HEADER_TYPE & ~3U) >> 16 & 0x7fU;
    facts->torn =
        layout == 0x7fU || read_dword(&function, PCI_COMMAND) == ALL_ONES;
    function.first = first_capability(&function, layout);
    facts->capabilities_cut = is_cut(&function);
    facts->express = find_express(&function, &facts->torn);
    if ( layout == PCI_HEADER_TYPE_BRIDGE || layout == PCI_HEADER_TYPE_CARDBUS )
        bridge_facts(&function, facts);

    return 0;
}

static const struct {
    const char *name;
    const char *text;
} silences[SILENCES] = {
    [SILENCE_UNREADABLE] = { "unreadable",
                             "its config space cannot be read whole" },
    [SILENCE_ONES] = { "ones", "its config space reads as ones: it does not "
                               "answer" },
    [SILENCE_TORN] = { "torn", "its config space reads as ones in part" },
    [SILENCE_D3COLD] = { "d3cold", "it is without power (D3cold)" },
    [SILENCE_LINK_DOWN] = { "link-down", "the link to it is down" },
    [SILENCE_ORPHAN] = { "no-pf", "it is a virtual function whose physical "
                                  "function cannot be described" },
};

const char *device_silence_name(enum device_silence why)
{
    return silences[why].name;
}

const char *device_silence_text(enum device_silence why)
{
    return silences[why].text;
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
    free(list->silent);
    device_list_init(list);
}

int device_list_add(struct device_list *list, const struct device_entry *entry)
{
    if ( list->count >= DEVICE_LIST_MOST )
        return -E2BIG;

    return ARRAY_APPEND(list->entries, list->count, *entry) ? 0 : -ENOMEM;
}

int device_list_add_silent(struct device_list *list, uint32_t sbdf,
                           enum device_silence why)
{
    const struct device_silent silent = { sbdf, why };

    if ( list->silent_count >= DEVICE_LIST_MOST )
        return -E2BIG;

    return ARRAY_APPEND(list->silent, list->silent_count, silent) ? 0 : -ENOMEM;
}

uint32_t device_entry_read(void *source, unsigned int offset)
{
    const struct device_entry *entry = source;
    uint32_t dword;

    if ( offset + sizeof(dword) > entry->config_size )
        return ALL_ONES;
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
                    "%zu virtual function%s the header of a bridge (first: "
                    "%s), which none can have: taken for %s",
                    count, count == 1 ? " has" : "s have", first,
                    count == 1 ? "a bridge" : "bridges");
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
                    "the physical function of %zu virtual function%s is not "
                    "there (first: %s of %s): left out, as nothing can be done "
                    "without it",
                    orphans, orphans == 1 ? "" : "s", vf, pf);
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
                    "config space of %zu device%s before %s capabilities "
                    "(first: %s), as for all but root: what these say is not "
                    "known",
                    count, count == 1 ? " ends" : "s ends",
                    count == 1 ? "its" : "their", first);
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
