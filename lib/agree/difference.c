/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What became of a topology: two of them, walked side by side.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "array.h"
#include "compare_mask.h"
#include "difference.h"

const char *difference_kind_name(enum difference_kind kind)
{
    static const char *const names[] = {
        [DIFFERENCE_MOVED] = "moved",       [DIFFERENCE_CHANGED] = "changed",
        [DIFFERENCE_REPLACED] = "replaced", [DIFFERENCE_CAME] = "came",
        [DIFFERENCE_WENT] = "went",
    };

    return names[kind];
}

void differences_init(struct differences *differences)
{
    *differences = (struct differences){ NULL, 0 };
}

void differences_dispose(struct differences *differences)
{
    size_t i;

    for ( i = 0; i < differences->count; i++ )
        free(differences->items[i].what);
    free(differences->items);
    differences_init(differences);
}

/* Devices by path. */
struct placed {
    char *path;
    const struct xpci_device_info *device;
};

struct places {
    const struct difference_side *side;
    struct placed *placed;
    size_t count;
};

static void places_dispose(struct places *places)
{
    size_t i;

    for ( i = 0; i < places->count; i++ )
        free(places->placed[i].path);
    free(places->placed);
    places->placed = NULL;
    places->count = 0;
}

static int compare_placed(const void *first, const void *second)
{
    const struct placed *a = first, *b = second;

    return strcmp(a->path, b->path);
}

static int places_of(struct places *places, bool by_path)
{
    const struct xpci_snapshot *snapshot = places->side->snapshot;
    char path[XPCI_PATH_LENGTH];
    size_t i;

    places->placed = calloc(snapshot->device_count + 1, sizeof(struct placed));
    if ( !places->placed )
        return -ENOMEM;
    for ( i = 0; i < snapshot->device_count; i++ )
    {
        const struct xpci_device_info *device = &snapshot->devices[i];
        struct placed *placed = &places->placed[i];

        placed->device = device;
        if ( by_path )
            xpci_path_format(path, snapshot, device->sbdf);
        else
            xpci_sbdf_format(path, device->sbdf);
        placed->path = strdup(path);
        if ( !placed->path )
            return -ENOMEM;
        places->count++;
    }
    qsort(places->placed, places->count, sizeof(struct placed), compare_placed);

    return 0;
}

/* What is different in a device, in words: "bus 02-05, now 03-06; ...". */
struct words {
    FILE *out;
    bool some;
};

static void say(struct words *words, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(struct words *words, const char *format, ...)
{
    va_list arguments;

    if ( words->some )
        fputs("; ", words->out);
    words->some = true;
    va_start(arguments, format);
    vfprintf(words->out, format, arguments);
    va_end(arguments);
}

/*
 * Bus numbers and the ID of what stands there are compared in the snapshots,
 * which all sources have.
 */
static bool is_in_snapshot(const struct compare_register *reg)
{
    return (reg->place == COMPARE_HEADER && reg->offset != 0x08) ||
           (reg->place == COMPARE_BRIDGE && reg->offset < 0x1b) ||
           (reg->place == COMPARE_CARDBUS && reg->offset < 0x1b);
}

static void say_register(void *data, const struct compare_register *reg,
                         uint32_t before, uint32_t after)
{
    int digits = 2 * reg->size;

    if ( !is_in_snapshot(reg) )
        say(data, "%s %0*x, now %0*x", reg->name, digits, before, digits,
            after);
}

static bool is_virtfn(const struct xpci_device_info *info)
{
    return info->flags & XPCI_VIRTFN;
}

static void say_numbers(struct words *words,
                        const struct xpci_device_info *before,
                        const struct xpci_device_info *after)
{
    if ( before->secondary != after->secondary ||
         before->subordinate != after->subordinate )
        say(words, "buses %02x-%02x, now %02x-%02x", before->secondary,
            before->subordinate, after->secondary, after->subordinate);
    if ( (before->flags ^ after->flags) & XPCI_CONFLICT )
        say(words, after->flags & XPCI_CONFLICT
                       ? "now in conflict with another bridge"
                       : "no longer in conflict with another bridge");
}

/*
 * A stock Xen cannot be asked for its buses, so its devices have no paths;
 * they are known by their SBDFs, as are then the other side's.
 */
static bool has_paths(const struct difference_side *side)
{
    return side->snapshot->source != XPCI_SOURCE_XEN_STOCK;
}

/* A VF's PF is the same where its path is. */
static void say_physfn(struct words *words, const struct places *old,
                       const struct xpci_device_info *before,
                       const struct places *now,
                       const struct xpci_device_info *after)
{
    char was[XPCI_PATH_LENGTH], is[XPCI_PATH_LENGTH];
    char from[XPCI_SBDF_LENGTH], to[XPCI_SBDF_LENGTH];

    if ( !is_virtfn(before) || !is_virtfn(after) )
        return;
    xpci_path_format(was, old->side->snapshot, before->physfn);
    xpci_path_format(is, now->side->snapshot, after->physfn);
    if ( has_paths(old->side) && has_paths(now->side)
             ? strcmp(was, is) != 0
             : before->physfn != after->physfn )
        say(words, "VF of %s, now of %s",
            xpci_sbdf_format(from, before->physfn),
            xpci_sbdf_format(to, after->physfn));
}

static const char *type_word(const struct xpci_device_info *info)
{
    return info->type == XPCI_TYPE_UNKNOWN ? "?" : xpci_type_name(info->type);
}

static void say_identity(struct words *words,
                         const struct xpci_device_info *before,
                         const struct xpci_device_info *after)
{
    say(words, "%s %04x:%04x class %06x, now %s %04x:%04x class %06x",
        type_word(before), before->vendor, before->device,
        before->class_revision >> 8, type_word(after), after->vendor,
        after->device, after->class_revision >> 8);
}

/* `*what`: to be freed, or NULL: nothing that counts is different. */
static int describe(char **what, const struct places *old,
                    const struct xpci_device_info *before,
                    const struct places *now,
                    const struct xpci_device_info *after)
{
    struct words words = { NULL, false };
    size_t size;

    *what = NULL;
    words.out = open_memstream(what, &size);
    if ( !words.out )
        return -ENOMEM;
    if ( !identity_same_device(before, after) )
        say_identity(&words, before, after);
    else
    {
        say_numbers(&words, before, after);
        say_physfn(&words, old, before, now, after);
        if ( before->node != XPCI_NO_NODE && after->node != XPCI_NO_NODE &&
             before->node != after->node )
            say(&words, "NUMA node %u, now %u", before->node, after->node);
        if ( old->side->space && now->side->space )
            compare_config(old->side->space, before->sbdf, now->side->space,
                           after->sbdf, say_register, &words);
    }
    if ( fclose(words.out) )
    {
        free(*what);
        *what = NULL;
        return -ENOMEM;
    }
    if ( !words.some )
    {
        free(*what);
        *what = NULL;
    }

    return 0;
}

static int append(struct differences *differences,
                  const struct difference *difference)
{
    return ARRAY_APPEND(differences->items, differences->count, *difference)
               ? 0
               : -ENOMEM;
}

static int match(struct differences *differences, const struct places *old,
                 const struct xpci_device_info *before,
                 const struct places *now, const struct xpci_device_info *after)
{
    struct difference found = { DIFFERENCE_CHANGED, before, after, NULL };
    int rc = describe(&found.what, old, before, now, after);

    if ( rc )
        return rc;
    if ( !identity_same_device(before, after) )
        found.kind = DIFFERENCE_REPLACED;
    else if ( before->sbdf != after->sbdf )
        found.kind = DIFFERENCE_MOVED;
    else if ( !found.what )
        return 0;
    rc = append(differences, &found);
    if ( rc )
        free(found.what);

    return rc;
}

static int one_side(struct differences *differences, enum difference_kind kind,
                    const struct xpci_device_info *device)
{
    const struct difference found = {
        .kind = kind,
        .before = kind == DIFFERENCE_WENT ? device : NULL,
        .after = kind == DIFFERENCE_CAME ? device : NULL,
    };

    return append(differences, &found);
}

static uint32_t place_of(const struct difference *difference)
{
    return difference->after ? difference->after->sbdf
                             : difference->before->sbdf;
}

static int compare_differences(const void *first, const void *second)
{
    const struct difference *a = first, *b = second;
    uint32_t x = place_of(a), y = place_of(b);

    if ( x != y )
        return x < y ? -1 : 1;

    /* What went from there before what is there now. */
    return (a->after != NULL) - (b->after != NULL);
}

/* Both are sorted by path: walk them side by side. */
static int walk(struct differences *differences, const struct places *old,
                const struct places *now)
{
    size_t i = 0, j = 0;
    int rc = 0;

    while ( !rc && (i < old->count || j < now->count) )
    {
        int order = i == old->count ? 1
                    : j == now->count
                        ? -1
                        : strcmp(old->placed[i].path, now->placed[j].path);

        if ( order < 0 )
            rc = one_side(differences, DIFFERENCE_WENT, old->placed[i].device);
        else if ( order > 0 )
            rc = one_side(differences, DIFFERENCE_CAME, now->placed[j].device);
        else
            rc = match(differences, old, old->placed[i].device, now,
                       now->placed[j].device);
        i += order <= 0;
        j += order >= 0;
    }

    return rc;
}

int differences_find(struct differences *differences,
                     const struct difference_side *before,
                     const struct difference_side *after)
{
    struct places old = { before, NULL, 0 }, now = { after, NULL, 0 };
    bool by_path = has_paths(before) && has_paths(after);
    int rc = places_of(&old, by_path);

    if ( !rc )
        rc = places_of(&now, by_path);
    if ( !rc )
        rc = walk(differences, &old, &now);
    if ( !rc && differences->count )
        qsort(differences->items, differences->count,
              sizeof(*differences->items), compare_differences);
    places_dispose(&old);
    places_dispose(&now);

    return rc;
}
