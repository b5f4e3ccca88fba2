/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stdio.h>

#include <xen-pci/version.h>

#include "store_content.h"

/* A list's first so many; its count is said beside them. */
#define LIST_MOST 1000U
/* A message to xenstore holds 4,096 bytes, path and value together. */
#define VALUE_MOST 2048

/* xenstore has neither ":" nor "." in its names. */
static void name_of(char *name, size_t size, const char *list, uint32_t sbdf)
{
    snprintf(name, size, "%s/%04x-%02x-%02x-%x", list, XPCI_SEGMENT(sbdf),
             XPCI_BUS(sbdf), (unsigned int)XPCI_DEV(sbdf),
             (unsigned int)XPCI_FUNC(sbdf));
}

static int add_counts(struct tree *tree, const struct status *status)
{
    const struct agree_look *look = status->look;
    const struct {
        const char *key;
        size_t value;
    } counts[] = {
        { "counts/dom0-devices", look ? look->dom0.snapshot.device_count : 0 },
        { "counts/devices", look ? look->hypervisor.device_count : 0 },
        { "counts/buses", look ? look->hypervisor.bus_count : 0 },
        { "counts/differences",
          look ? look->plan.step_count + look->plan.left_count : 0 },
        { "counts/failed", status->retry->count },
        { "counts/pending", status->journal->pending.count },
        { "counts/problems", status->problem_count },
    };
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < ARRAY_SIZE(counts); i++ )
        rc = tree_add(tree, counts[i].key, "%zu", counts[i].value);

    return rc;
}

static int add_problems(struct tree *tree, const struct status *status)
{
    char key[32];
    size_t i;
    int rc = tree_add(tree, "problems", "%zu", status->problem_count);

    for ( i = 0; !rc && i < status->problem_count && i < LIST_MOST; i++ )
    {
        snprintf(key, sizeof(key), "problems/%zu", i);
        rc = tree_add(tree, key, "%.*s", VALUE_MOST, status->problems[i]);
    }

    return rc;
}

static int add_devices(struct tree *tree, const struct agree_look *look)
{
    char path[XPCI_PATH_LENGTH], key[64];
    size_t i;
    int rc = tree_add(tree, "devices", "%zu",
                      look ? look->hypervisor.device_count : 0);

    for ( i = 0; !rc && look && i < look->hypervisor.device_count; i++ )
    {
        uint32_t sbdf = look->hypervisor.devices[i].sbdf;

        name_of(key, sizeof(key), "devices", sbdf);
        rc = tree_add(tree, key, "%s",
                      xpci_path_format(path, &look->hypervisor, sbdf));
    }

    return rc;
}

static int add_pending(struct tree *tree, const struct journal *journal)
{
    char key[64];
    size_t i;
    int rc = tree_add(tree, "pending", "%zu", journal->pending.count);

    for ( i = 0; !rc && i < journal->pending.count && i < LIST_MOST; i++ )
    {
        name_of(key, sizeof(key), "pending", journal->pending.sbdf[i]);
        rc = tree_add(tree, key, "removal");
    }

    return rc;
}

static int add_moves(struct tree *tree, const struct moves *moves)
{
    char from[XPCI_SBDF_LENGTH], to[XPCI_SBDF_LENGTH], key[40];
    char when[32] = "never";
    struct tm utc;
    size_t i;
    int rc;

    if ( moves->count && gmtime_r(&moves->when, &utc) )
        strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &utc);
    rc = tree_add(tree, "renumbering", "%zu", moves->count);
    if ( !rc )
        rc = tree_add(tree, "renumbering/time", "%s", when);
    for ( i = 0; !rc && i < moves->count && i < LIST_MOST; i++ )
    {
        snprintf(key, sizeof(key), "renumbering/%zu", i);
        rc = tree_add(tree, key, "%s %s",
                      xpci_sbdf_format(from, moves->moves[i].from),
                      xpci_sbdf_format(to, moves->moves[i].to));
    }

    return rc;
}

int store_content(struct tree *tree, const struct status *status)
{
    int rc = tree_add(tree, "format", "1");

    if ( !rc )
        rc = tree_add(tree, "version", XPCI_VERSION);
    if ( !rc )
        rc = tree_add(tree, "state", "%s", status_state_name(status->state));
    if ( !rc )
        rc = tree_add(tree, "text", "%s", status->text);
    if ( !rc )
        rc = tree_add(tree, "hypervisor", "%s", status->hypervisor);
    if ( !rc )
        rc = tree_add(tree, "repair", "%s", plan_repair_name(status->repair));
    if ( !rc )
        rc = tree_add(tree, "generation", "%u",
                      status->look ? status->look->hypervisor.generation : 0);
    if ( !rc )
        rc = add_counts(tree, status);
    if ( !rc )
        rc = add_problems(tree, status);
    if ( !rc )
        rc = add_devices(tree, status->look);
    if ( !rc )
        rc = add_pending(tree, status->journal);
    if ( !rc )
        rc = add_moves(tree, status->moves);
    tree_sort(tree);

    return rc;
}
