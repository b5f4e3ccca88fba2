/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The whole, on each pair of machines: an embedded hypervisor that booted on
 * the one, and a dom0 that has the other.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "machine.h"
#include "process/embedded_state.h"
#include "suites.h"

#define PATH_ROOM 512

struct pair {
    char now_path[PATH_ROOM];
    struct view_source source;
    struct config_space *now;
    struct backend *backend;
};

static void pair_open(struct pair *pair, const char *boot_path)
{
    const struct view_source boot_source = { VIEW_DUMP, boot_path };
    struct config_space *boot = NULL;
    struct xpci_message message;
    size_t stem = strlen(boot_path) - strlen(".boot.lspci");

    snprintf(pair->now_path, sizeof(pair->now_path), "%.*s.now.lspci",
             (int)stem, boot_path);
    pair->source = (struct view_source){ VIEW_DUMP, pair->now_path };
    CU_ASSERT_EQUAL_FATAL(
        view_open_space(&boot, &boot_source, NULL, NULL, &message), 0);
    CU_ASSERT_EQUAL_FATAL(
        view_open_space(&pair->now, &pair->source, NULL, NULL, &message), 0);
    CU_ASSERT_EQUAL_FATAL(
        backend_embedded_open(&pair->backend, boot, pair->now, &message), 0);
    config_space_close(boot);
}

static void pair_close(struct pair *pair)
{
    backend_close(pair->backend);
    config_space_close(pair->now);
}

static void look_at(struct pair *pair, struct agree_look *look)
{
    static const struct agree_front front;
    struct xpci_message message;
    struct agree agree;

    agree_init(&agree, pair->backend, &pair->source, &front, NULL);
    agree.space = pair->now;
    agree.force = true;
    CU_ASSERT_EQUAL_FATAL(
        agree_take_look(&agree, look, PLAN_REPAIR_ALL, &message), 0);
}

static void run_once(struct pair *pair, bool dry_run)
{
    char *text = machine_once(pair->backend, pair->now, &pair->source,
                              PLAN_REPAIR_ALL, dry_run);

    if ( !dry_run && !strstr(text, "in agreement: ") )
    {
        fprintf(stderr, "\n%s\n%s\n", pair->now_path, text);
        CU_FAIL("no agreement");
    }
    free(text);
}

/* Field by field, and not by the agent's own comparison. */
static bool same_device(const struct xpci_device_info *a,
                        const struct xpci_device_info *b)
{
    return a->sbdf == b->sbdf && a->class_revision == b->class_revision &&
           a->vendor == b->vendor && a->device == b->device &&
           a->type == b->type && a->flags == b->flags &&
           a->secondary == b->secondary && a->subordinate == b->subordinate &&
           a->header_type == b->header_type && a->physfn == b->physfn;
}

static bool same_bus(const struct xpci_bus_info *a,
                     const struct xpci_bus_info *b)
{
    return a->segment == b->segment && a->bus == b->bus &&
           a->bridge == b->bridge && a->has_upstream == b->has_upstream &&
           (!a->has_upstream ||
            (a->upstream == b->upstream && a->secondary == b->secondary));
}

static bool same_snapshot(const struct xpci_snapshot *a,
                          const struct xpci_snapshot *b)
{
    size_t i;

    if ( a->device_count != b->device_count || a->bus_count != b->bus_count )
        return false;
    for ( i = 0; i < a->device_count; i++ )
    {
        if ( !same_device(&a->devices[i], &b->devices[i]) )
            return false;
    }
    for ( i = 0; i < a->bus_count; i++ )
    {
        if ( !same_bus(&a->buses[i], &b->buses[i]) )
            return false;
    }

    return true;
}

/* Did the plan mean the device that sat at `sbdf` to leave? */
static bool was_meant(const struct plan *plan, uint32_t sbdf)
{
    size_t i;

    for ( i = 0; i < plan->step_count; i++ )
    {
        if ( plan->steps[i].sbdf == sbdf )
            return plan->steps[i].action != PLAN_REPORT;
    }

    return false;
}

/*
 * Whatever left the tables on the way was meant to: a device that stays keeps
 * its interrupts and its IOMMU mappings.
 */
static void check_left(struct pair *pair, const struct plan *plan,
                       size_t before)
{
    const struct embedded_state *state =
        backend_embedded_hypervisor(pair->backend)->state;
    char sbdf[XPCI_SBDF_LENGTH];
    size_t i;

    CU_ASSERT_FATAL(state->departed_count <= EMBEDDED_DEPARTED_ROOM);
    for ( i = before; i < state->departed_count; i++ )
    {
        if ( was_meant(plan, state->departed[i]) )
            continue;
        fprintf(stderr, "\n%s: %s left\n", pair->now_path,
                xpci_sbdf_format(sbdf, state->departed[i]));
        CU_FAIL("a device left that was to stay");
    }
}

static void check_pair(const char *boot_path)
{
    struct agree_look before, after;
    struct pair pair;
    struct embedded *hypervisor;
    const char *rule = "";
    size_t left;

    pair_open(&pair, boot_path);
    hypervisor = backend_embedded_hypervisor(pair.backend);
    left = hypervisor->state->departed_count;
    look_at(&pair, &before);

    run_once(&pair, true);
    look_at(&pair, &after);
    CU_ASSERT_EQUAL(after.hypervisor.generation, before.hypervisor.generation);
    CU_ASSERT_EQUAL(hypervisor->state->departed_count, left);
    agree_look_dispose(&after);

    run_once(&pair, false);
    look_at(&pair, &after);
    CU_ASSERT(plan_is_agreement(&after.plan));
    if ( !same_snapshot(&after.dom0.snapshot, &after.hypervisor) )
    {
        fprintf(stderr, "\n%s: the tables differ\n", pair.now_path);
        CU_FAIL("the tables differ");
    }
    CU_ASSERT(xpci_is_valid(hypervisor->xpci, &rule));
    check_left(&pair, &before.plan, left);

    agree_look_dispose(&after);
    agree_look_dispose(&before);
    pair_close(&pair);
}

static void check_all(const char *pattern, size_t least)
{
    char path[PATH_ROOM];
    glob_t found;
    size_t i;

    snprintf(path, sizeof(path), "%s/%s.boot.lspci", worlds, pattern);
    CU_ASSERT_EQUAL_FATAL(glob(path, 0, NULL, &found), 0);
    CU_ASSERT_FATAL(found.gl_pathc >= least);
    for ( i = 0; i < found.gl_pathc; i++ )
        check_pair(found.gl_pathv[i]);
    globfree(&found);
}

static void test_named(void)
{
    check_all("[!r]*", 9);
    check_all("re*", 1);
}

static void test_random(void)
{
    check_all("random-*", 100);
}

/*
 * Every allocation of the hypervisor failing in turn: the report says what
 * was not done, and the next run ends in agreement.
 */
static void check_starved(const char *name)
{
    char path[PATH_ROOM];
    unsigned int count;
    bool failed = true;

    snprintf(path, sizeof(path), "%s/%s.boot.lspci", worlds, name);
    for ( count = 1; failed; count++ )
    {
        struct pair pair;
        char *text;

        pair_open(&pair, path);
        embedded_fail_allocation(backend_embedded_hypervisor(pair.backend),
                                 count);
        text = machine_once(pair.backend, pair.now, &pair.source,
                            PLAN_REPAIR_ALL, false);
        failed = strstr(text, "failed: -ENOMEM");
        CU_ASSERT_EQUAL(!failed, !!strstr(text, "in agreement: "));
        free(text);
        embedded_fail_allocation(backend_embedded_hypervisor(pair.backend), 0);
        run_once(&pair, false);
        pair_close(&pair);
        CU_ASSERT_FATAL(count < 1000);
    }
    CU_ASSERT(count > 2);
}

static void test_starved(void)
{
    check_starved("plugged");
    check_starved("from-nothing");
    check_starved("segments");
}

CU_TestInfo agree_tests[] = {
    { "named pairs of machines", test_named },
    { "random pairs of machines", test_random },
    { "a hypervisor without memory", test_starved },
    CU_TEST_INFO_NULL,
};
