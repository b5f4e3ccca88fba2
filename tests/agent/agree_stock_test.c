/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The whole, on the model of a stock Xen: whatever it is asked to repair, the
 * agent does not take the host down.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "trace/stock.h"

#include "hypervisor/xen_stock.h"
#include "machine.h"
#include "suites.h"

#define PATH_ROOM 512

/* A BDF at which no machine of the tests has anything. */
#define NOWHERE XPCI_SBDF(0, 0xee, 0)

struct stock_backend {
    struct backend backend;
    struct stock stock;
    bool as_module; /* let the agent take it for one */
    size_t calls;
    size_t asked; /* for owners: listings on the console */
    bool removed_unowned;
};

static struct stock *stock_of(struct backend *backend)
{
    return &((struct stock_backend *)backend)->stock;
}

static bool backend_is_module(const struct backend *backend)
{
    return ((const struct stock_backend *)backend)->as_module;
}

static const struct stock_device *find(const struct stock *stock, uint32_t sbdf)
{
    const struct stock_segment *segment;

    for ( segment = stock->segments; segment; segment = segment->next )
    {
        if ( segment->number == XPCI_SEGMENT(sbdf) )
            return stock_find(segment, sbdf);
    }

    return NULL;
}

static int ask(void *data, uint32_t first, unsigned int count, bool *known)
{
    unsigned int i;

    for ( i = 0; i < count; i++ )
        known[i] = find(data, first + i);

    return 0;
}

/* What debug key Q of a real one prints. */
static char *console_of(const struct stock *stock,
                        const struct xpci_snapshot *snapshot)
{
    char *text = NULL, sbdf[XPCI_SBDF_LENGTH];
    size_t size, i;
    FILE *out = open_memstream(&text, &size);

    fprintf(out, "==== PCI devices ====\n");
    for ( i = 0; i < snapshot->device_count; i++ )
        fprintf(out, "%s - %s - node -1\n",
                xpci_sbdf_format(sbdf, snapshot->devices[i].sbdf),
                find(stock, snapshot->devices[i].sbdf)->owned ? "d0" : "NULL");
    fclose(out);

    return text;
}

/* Of the list and its owners, what a real one shows. */
static int backend_snapshot(struct backend *backend,
                            const struct xpci_snapshot *dom0, bool ask_owners,
                            struct xpci_snapshot *snapshot,
                            struct xpci_message *message)
{
    struct stock *stock = stock_of(backend);
    int rc = xen_stock_known(ask, stock, dom0, snapshot);
    char *console;

    (void)message;
    if ( rc || !ask_owners )
        return rc;
    ((struct stock_backend *)backend)->asked++;
    console = console_of(stock, snapshot);
    rc = xen_stock_owners(console, snapshot);
    free(console);

    return rc;
}

static int backend_add(struct backend *backend, uint32_t sbdf,
                       const struct xpci_report *report)
{
    ((struct stock_backend *)backend)->calls++;

    return stock_add(stock_of(backend), sbdf, report);
}

static int backend_remove(struct backend *backend, uint32_t sbdf)
{
    struct stock_backend *stock = (struct stock_backend *)backend;
    const struct stock_device *device = find(&stock->stock, sbdf);

    stock->calls++;
    stock->removed_unowned |= device && !device->owned;

    return stock_remove(&stock->stock, sbdf);
}

static const struct backend_ops stock_ops = {
    .name = "model of a stock Xen",
    .is_module = backend_is_module,
    .snapshot = backend_snapshot,
    .add = backend_add,
    .remove = backend_remove,
};

static int report_device(void *data, uint32_t sbdf,
                         const struct xpci_report *report)
{
    /* What Xen refuses, dom0 logs, and goes on. */
    return stock_add(data, sbdf, report) == -ENOMEM ? -ENOMEM : 0;
}

static void boot(struct stock_backend *stock, struct config_space *space)
{
    *stock = (struct stock_backend){ .backend.ops = &stock_ops };
    stock_init(&stock->stock, space);
    CU_ASSERT_EQUAL_FATAL(stock_scan(&stock->stock, 0), 0);
    CU_ASSERT_EQUAL_FATAL(space->ops->list(space, report_device, &stock->stock),
                          0);
}

/* dom0 reports all that it has now, and one device that is not there. */
static void live_on(struct stock_backend *stock, struct config_space *space)
{
    const struct xpci_report report = { .node = XPCI_NO_NODE };

    stock->stock.space = space;
    CU_ASSERT_EQUAL_FATAL(space->ops->list(space, report_device, &stock->stock),
                          0);
    CU_ASSERT(stock_add(&stock->stock, NOWHERE, &report) < 0);
}

static void run_once(struct stock_backend *stock, struct config_space *space,
                     const struct view_source *source, enum plan_repair repair)
{
    char *text = machine_once(&stock->backend, space, source, repair, false);

    /* The device that is not there is always named, and always left. */
    if ( !stock->as_module )
    {
        CU_ASSERT_PTR_NOT_NULL(strstr(text, "leave  0000:ee:00.0  "));
        CU_ASSERT_PTR_NOT_NULL(strstr(text, "needs attention: "));
    }
    free(text);
}

static void check_pair(const char *boot_path, enum plan_repair repair,
                       bool as_module, size_t *calls, bool *panic)
{
    char now_path[PATH_ROOM];
    size_t stem = strlen(boot_path) - strlen(".boot.lspci");
    const struct view_source boot_source = { VIEW_DUMP, boot_path };
    const struct view_source source = { VIEW_DUMP, now_path };
    struct config_space *before, *now;
    struct stock_backend stock;
    struct xpci_message message;

    snprintf(now_path, sizeof(now_path), "%.*s.now.lspci", (int)stem,
             boot_path);
    CU_ASSERT_EQUAL_FATAL(
        view_open_space(&before, &boot_source, NULL, NULL, &message), 0);
    CU_ASSERT_EQUAL_FATAL(view_open_space(&now, &source, NULL, NULL, &message),
                          0);
    boot(&stock, before);
    live_on(&stock, now);
    stock.as_module = as_module;

    run_once(&stock, now, &source, repair);
    *calls += stock.calls;
    *panic = stock.stock.panic || stock.removed_unowned;

    stock_dispose(&stock.stock);
    config_space_close(now);
    config_space_close(before);
}

static size_t check_all(enum plan_repair repair)
{
    char path[PATH_ROOM];
    size_t i, calls = 0;
    glob_t found;
    bool panic;

    snprintf(path, sizeof(path), "%s/*.boot.lspci", worlds);
    CU_ASSERT_EQUAL_FATAL(glob(path, 0, NULL, &found), 0);
    CU_ASSERT_FATAL(found.gl_pathc > 100);
    for ( i = 0; i < found.gl_pathc; i++ )
    {
        check_pair(found.gl_pathv[i], repair, false, &calls, &panic);
        if ( panic )
            fprintf(stderr, "\n%s: the host goes down\n", found.gl_pathv[i]);
        CU_ASSERT(!panic);
    }
    globfree(&found);

    return calls;
}

static void test_audit(void)
{
    CU_ASSERT_EQUAL(check_all(PLAN_REPAIR_NONE), 0);
}

static void test_safe(void)
{
    CU_ASSERT(check_all(PLAN_REPAIR_SAFE) > 0);
}

static void test_all(void)
{
    CU_ASSERT(check_all(PLAN_REPAIR_ALL) > 0);
}

/* The control: by the module's rules, the same host goes down. */
static void test_control(void)
{
    char path[PATH_ROOM];
    size_t calls = 0;
    bool panic;

    snprintf(path, sizeof(path), "%s/same.boot.lspci", worlds);
    check_pair(path, PLAN_REPAIR_ALL, true, &calls, &panic);
    CU_ASSERT(panic);
}

/*
 * 30 runs where devices departed: how often the console was used; `*calls` is
 * how many hypercalls were made.
 */
static size_t ask_often(const char *pair, enum owners_asked asked,
                        enum plan_repair repair, size_t *calls)
{
    static const struct agree_front front;
    char before_path[PATH_ROOM], now_path[PATH_ROOM];
    const struct view_source before_source = { VIEW_DUMP, before_path };
    const struct view_source source = { VIEW_DUMP, now_path };
    struct config_space *before, *now;
    struct stock_backend stock;
    struct xpci_message message;
    struct agree agree;
    unsigned int i;

    snprintf(before_path, PATH_ROOM, "%s/%s.boot.lspci", worlds, pair);
    snprintf(now_path, PATH_ROOM, "%s/%s.now.lspci", worlds, pair);
    CU_ASSERT_EQUAL_FATAL(
        view_open_space(&before, &before_source, NULL, NULL, &message), 0);
    CU_ASSERT_EQUAL_FATAL(view_open_space(&now, &source, NULL, NULL, &message),
                          0);
    boot(&stock, before);
    live_on(&stock, now);
    agree_init(&agree, &stock.backend, &source, &front, NULL);
    agree.repair = repair;
    agree.force = true;
    agree.ask_owners = asked;
    for ( i = 0; i < 30; i++ )
        CU_ASSERT_EQUAL(agree_run(&agree, &message), 0);
    CU_ASSERT(!stock.stock.panic && !stock.removed_unowned);
    *calls = stock.calls;
    agree_dispose(&agree);
    stock_dispose(&stock.stock);
    config_space_close(now);
    config_space_close(before);

    return stock.asked;
}

/* Each listing pushes messages out of Xen's console: there are few, or none. */
static void test_console(void)
{
    size_t calls;

    CU_ASSERT(ask_often("unplugged", OWNERS_ALWAYS, PLAN_REPAIR_ALL, &calls) >=
              30);
    CU_ASSERT(calls > 0);
    CU_ASSERT_EQUAL(
        ask_often("unplugged", OWNERS_NEVER, PLAN_REPAIR_ALL, &calls), 0);
    CU_ASSERT_EQUAL(calls, 0);
    CU_ASSERT_EQUAL(
        ask_often("unplugged", OWNERS_NEEDED, PLAN_REPAIR_ALL, &calls), 1);
    CU_ASSERT(calls > 0);
    /* Left for the neighbours behind a PCI bridge, at every look. */
    CU_ASSERT_EQUAL(ask_often("cycle", OWNERS_NEEDED, PLAN_REPAIR_SAFE, &calls),
                    1);
    CU_ASSERT_EQUAL(calls, 0);
}

CU_TestInfo agree_stock_tests[] = {
    { "an audit makes no hypercall", test_audit },
    { "the host survives --repair=safe", test_safe },
    { "the host survives --repair=all", test_all },
    { "the console is asked where it is needed", test_console },
    { "it does not survive the module's rules", test_control },
    CU_TEST_INFO_NULL,
};
