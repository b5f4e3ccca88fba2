/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The embedded hypervisor's own parts: SBDFs, captured /sys trees with all
 * that can be odd in them, dom0's order, and what the tables tell their host.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <CUnit/Basic.h>

#include "config_space/device_list.h"
#include "process/embedded_state.h"
#include "conflicts.h"
#include "tree.h"

#define HEADER_ONLY 64
#define NETWORK 0x020000U
#define BRIDGE 0x060400U
#define CARD 0x12348086U
#define VIRTUAL 0xffffffffU

/* What was said and reported, in order. */
struct heard {
    char warnings[4096];
    size_t warning_count;
    struct {
        uint32_t sbdf;
        struct xpci_report report;
    } reports[16];
    size_t report_count;
};

static void hear_warning(void *data, const char *text)
{
    struct heard *heard = data;
    size_t length = strlen(heard->warnings);

    snprintf(heard->warnings + length, sizeof(heard->warnings) - length, "%s\n",
             text);
    heard->warning_count++;
}

static int hear_report(void *data, uint32_t sbdf,
                       const struct xpci_report *report)
{
    struct heard *heard = data;

    if ( heard->report_count == ARRAY_SIZE(heard->reports) )
        return -E2BIG;
    heard->reports[heard->report_count].sbdf = sbdf;
    heard->reports[heard->report_count++].report = *report;

    return 0;
}

static void test_sbdf(void)
{
    static const struct {
        const char *text;
        int rc;
        uint32_t sbdf;
    } cases[] = {
        { "0000:00:1c.0", 0, XPCI_SBDF(0, 0, 0xe0) },
        { "00:1c.0", 0, XPCI_SBDF(0, 0, 0xe0) },
        { "FFFF:ff:1f.7", 0, XPCI_SBDF(0xffff, 0xff, 0xff) },
        { "10000:00:02.0", -ERANGE, 0 },
        { "ffffffff:00:02.0", -ERANGE, 0 },
        { "100000000:00:02.0", -EINVAL, 0 },
        { "00:20.0", -EINVAL, 0 },
        { "00:1f.8", -EINVAL, 0 },
        { "100:00.0", -EINVAL, 0 },
        { "00:00.0 ", -EINVAL, 0 },
        { "00:00.00", -EINVAL, 0 },
        { "0000:00:00", -EINVAL, 0 },
        { ":00:00.0", -EINVAL, 0 },
        { "-1:00.0", -EINVAL, 0 },
        { "0x0:00.0", -EINVAL, 0 },
        { "0:0:0:00.0", -EINVAL, 0 },
        { "", -EINVAL, 0 },
    };
    char text[XPCI_SBDF_LENGTH];
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(cases); i++ )
    {
        uint32_t sbdf = 0;

        CU_ASSERT_EQUAL(xpci_sbdf_parse(cases[i].text, &sbdf), cases[i].rc);
        CU_ASSERT_EQUAL(sbdf, cases[i].sbdf);
    }
    CU_ASSERT_STRING_EQUAL(xpci_sbdf_format(text, XPCI_SBDF(0xffff, 0xa, 0xff)),
                           "ffff:0a:1f.7");
}

/* What the odd tree below has for dom0 to report. */
static void check_odd_reports(const struct heard *heard)
{
    CU_ASSERT_EQUAL_FATAL(heard->report_count, 5);
    CU_ASSERT_EQUAL(heard->reports[0].sbdf, XPCI_SBDF(0, 0, 0x08));
    CU_ASSERT_EQUAL(heard->reports[0].report.node, 1);
    CU_ASSERT_EQUAL(heard->reports[1].sbdf, XPCI_SBDF(0, 0, 0x40));
    CU_ASSERT_EQUAL(heard->reports[1].report.node, XPCI_NO_NODE);
    CU_ASSERT_EQUAL(heard->reports[2].sbdf, XPCI_SBDF(0, 1, 0x00));
    CU_ASSERT_EQUAL(heard->reports[2].report.node, XPCI_NO_NODE);
    CU_ASSERT_TRUE(heard->reports[3].report.is_virtfn);
    CU_ASSERT_EQUAL(heard->reports[3].report.physfn_bus, 1);
    CU_ASSERT_EQUAL(heard->reports[3].report.physfn_devfn, 0);
    CU_ASSERT_EQUAL(heard->reports[4].sbdf, XPCI_SBDF(0, 1, 0x03));
    CU_ASSERT_FALSE(heard->reports[4].report.is_virtfn);
    /* A VF whose PF is gone, as Linux leaves it behind, is not reported. */
}

/* Everything odd at once: what is readable is read, the rest said once. */
static void test_odd_tree(void)
{
    static const struct tree_function functions[] = {
        { "pci0000:00/0000:00:01.0", 256, CARD, BRIDGE, 1, 2, 0, "1\n", NULL },
        { "pci0000:00/0000:00:01.0/0000:01:00.0", 256, CARD, NETWORK, 0, 0, 0,
          "-1\n", NULL },
        { "pci0000:00/0000:00:01.0/0000:01:00.1", 256, VIRTUAL, NETWORK, 0, 0,
          0, NULL, "../0000:01:00.0" },
        { "pci0000:00/0000:00:01.0/0000:01:00.2", 256, VIRTUAL, NETWORK, 0, 0,
          0, NULL, "../0000:01:00.7" },
        { "pci0000:00/0000:00:01.0/0000:01:00.3", 256, CARD, BRIDGE, 2, 2, 0,
          NULL, "../0000:01:00.0" },
        { "pci0000:00/0000:00:06.0", 0, 0, 0, 0, 0, 0, NULL, NULL },
        { "pci0000:00/0000:00:07.0", 20, CARD, NETWORK, 0, 0, 0, NULL, NULL },
        { "pci0000:00/0000:00:08.0", HEADER_ONLY, CARD, NETWORK, 0, 0, 0x40,
          "junk\n", NULL },
    };
    static const char *const said[] = {
        "1 in a segment above ffff",
        "2 with a name that is no SBDF",
        "1 whose link leads nowhere",
        "2 without readable config space",
        "1 with a NUMA node that is none",
        "1 virtual function has the header of a bridge (first: 0000:01:00.3)",
        "physical function of 1 virtual function is not there",
        "config space of 1 device ends before its capabilities",
    };
    struct xpci_message message = { "" };
    struct heard heard = { { 0 }, 0, { { 0 } }, 0 };
    struct config_space *space = NULL;
    struct tree tree;
    size_t i;

    tree_init(&tree);
    for ( i = 0; i < ARRAY_SIZE(functions); i++ )
        tree_add(&tree, &functions[i]);
    tree_link(&tree, "0000:00:05.0", "nowhere");
    tree_link(&tree, "10000:00:02.0", "pci0000:00/0000:00:08.0");
    tree_link(&tree, "0000:0A:00.0", "pci0000:00/0000:00:08.0");
    tree_link(&tree, "notes.txt", "nowhere");

    CU_ASSERT_EQUAL_FATAL(config_space_open_sysfs(&space, tree.root,
                                                  hear_warning, &heard,
                                                  &message),
                          0);
    CU_ASSERT_EQUAL(heard.warning_count, ARRAY_SIZE(said));
    for ( i = 0; i < ARRAY_SIZE(said); i++ )
        CU_ASSERT_PTR_NOT_NULL(strstr(heard.warnings, said[i]));

    CU_ASSERT_EQUAL(space->ops->list(space, hear_report, &heard), 0);
    check_odd_reports(&heard);

    /* Beyond the end of a cut file there is nothing to be read. */
    CU_ASSERT_EQUAL(space->ops->read(space, XPCI_SBDF(0, 0, 0x40), 0x40),
                    0xffffffffU);
    CU_ASSERT_EQUAL(space->ops->read(space, XPCI_SBDF(0, 0, 0x08), 0), CARD);
    config_space_close(space);
    tree_dispose(&tree);
}

/* A bridge that lost its link is found on the way of what is behind it. */
static void test_unlinked_bridge(void)
{
    static const struct tree_function functions[] = {
        { "pci0000:00/0000:00:01.0", 64, CARD, BRIDGE, 1, 2, 0, NULL, NULL },
        { "pci0000:00/0000:00:01.0/0000:01:03.0", 64, CARD, BRIDGE, 2, 2, 0,
          NULL, NULL },
        { "pci0000:00/0000:00:01.0/0000:01:03.0/0000:02:00.0", 64, CARD,
          NETWORK, 0, 0, 0, NULL, NULL },
    };
    struct xpci_message message = { "" };
    struct heard heard = { { 0 }, 0, { { 0 } }, 0 };
    struct config_space *space = NULL;
    struct tree tree;
    char link[128];
    size_t i;

    tree_init(&tree);
    for ( i = 0; i < ARRAY_SIZE(functions); i++ )
        tree_add(&tree, &functions[i]);
    snprintf(link, sizeof(link), "%s/sys/bus/pci/devices/0000:01:03.0",
             tree.root);
    CU_ASSERT_EQUAL(unlink(link), 0);

    CU_ASSERT_EQUAL_FATAL(config_space_open_sysfs(&space, tree.root,
                                                  hear_warning, &heard,
                                                  &message),
                          0);
    CU_ASSERT_PTR_NOT_NULL(strstr(heard.warnings, "1 bridge has no link"));
    CU_ASSERT_EQUAL(space->ops->list(space, hear_report, &heard), 0);
    CU_ASSERT_EQUAL_FATAL(heard.report_count, 3);
    CU_ASSERT_EQUAL(heard.reports[1].sbdf, XPCI_SBDF(0, 1, 0x18));
    CU_ASSERT_EQUAL(space->ops->read(space, XPCI_SBDF(0, 1, 0x18), 0x18),
                    0x00020200U);
    config_space_close(space);
    tree_dispose(&tree);
}

/* What is no tree, and a tree of which nothing can be read. */
static void test_no_tree(void)
{
    struct xpci_message message = { "" };
    struct config_space *space = NULL;
    struct tree tree;

    tree_init(&tree);
    tree_link(&tree, "0000:00:00.0", "nowhere");
    CU_ASSERT_EQUAL(
        config_space_open_sysfs(&space, tree.root, NULL, NULL, &message),
        -EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(message.text, "none that is a readable"));
    CU_ASSERT_EQUAL(config_space_open_sysfs(&space, "/nowhere/at/all", NULL,
                                            NULL, &message),
                    -ENOENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(message.text, "/nowhere/at/all"));
    CU_ASSERT_PTR_NULL(space);
    config_space_close(NULL);
    tree_dispose(&tree);
}

/* A PF comes before its VFs, also where they are on a lower number. */
static void test_order(void)
{
    struct device_entry pf = { .sbdf = XPCI_SBDF(0, 2, 0x10) };
    struct device_entry vf = { .sbdf = XPCI_SBDF(0, 2, 0x08),
                               .is_virtfn = true,
                               .physfn = XPCI_SBDF(0, 2, 0x10) };
    struct heard heard = { { 0 }, 0, { { 0 } }, 0 };
    struct device_list list;

    device_list_init(&list);
    CU_ASSERT_EQUAL(device_list_add(&list, &pf), 0);
    CU_ASSERT_EQUAL(device_list_add(&list, &vf), 0);
    device_list_sort(&list);
    CU_ASSERT_EQUAL(device_list_report(&list, hear_report, &heard), 0);
    CU_ASSERT_EQUAL(heard.reports[0].sbdf, pf.sbdf);
    CU_ASSERT_EQUAL(heard.reports[1].sbdf, vf.sbdf);
    device_list_dispose(&list);
}

static const struct tree_function neighbours[] = {
    { "pci0000:00/0000:00:01.0", 64, CARD, BRIDGE, 1, 1, 0, NULL, NULL },
    { "pci0000:00/0000:00:01.0/0000:01:00.0", 64, CARD, NETWORK, 0, 0, 0, NULL,
      NULL },
    { "pci0000:00/0000:00:01.0/0000:01:01.0", 64, CARD, NETWORK, 0, 0, 0, NULL,
      NULL },
};

static struct config_space *open_neighbours(struct tree *tree)
{
    struct xpci_message message = { "" };
    struct config_space *space = NULL;
    size_t i;

    tree_init(tree);
    for ( i = 0; i < ARRAY_SIZE(neighbours); i++ )
        tree_add(tree, &neighbours[i]);
    CU_ASSERT_EQUAL_FATAL(
        config_space_open_sysfs(&space, tree->root, NULL, NULL, &message), 0);

    return space;
}

/*
 * Trouble 11: neighbours behind an aliasing bridge share its mapping.  When one
 * leaves, the bridge stays their upstream: what they share is the host's
 * business, and the tables ask for nothing to be made anew.
 */
static void test_a_neighbour_leaves(void)
{
    struct embedded hypervisor;
    struct tree tree;
    struct config_space *space = open_neighbours(&tree);
    struct xpci_upstream upstream;
    size_t remaps;

    CU_ASSERT_EQUAL_FATAL(embedded_init(&hypervisor, space), 0);
    CU_ASSERT_EQUAL(embedded_boot(&hypervisor), 0);
    remaps = hypervisor.state->remap_count;
    CU_ASSERT(remaps > 0);
    CU_ASSERT_EQUAL(embedded_remove(&hypervisor, XPCI_SBDF(0, 1, 0)), 0);
    CU_ASSERT_EQUAL(hypervisor.state->departed_count, 1);
    CU_ASSERT_EQUAL(hypervisor.state->departed[0], XPCI_SBDF(0, 1, 0));
    CU_ASSERT_EQUAL(hypervisor.state->remap_count, remaps);
    CU_ASSERT_EQUAL(
        xpci_upstream(hypervisor.xpci, XPCI_SBDF(0, 1, 8), &upstream), 1);
    embedded_dispose(&hypervisor);
    embedded_dispose(&hypervisor);
    config_space_close(space);
    tree_dispose(&tree);
}

/* A port at 00:01.0 to a bus that changes, and a card on each bus behind it. */
struct port_space {
    struct config_space space;
    uint8_t secondary;
    bool card_is_gone;
};

static uint32_t read_port(struct config_space *space, uint32_t sbdf,
                          unsigned int offset)
{
    const struct port_space *port = (const struct port_space *)space;
    uint8_t secondary = port->secondary;
    bool bridge = sbdf == XPCI_SBDF(0, 0, 0x08);

    if ( !bridge && (sbdf != XPCI_SBDF(0, secondary, 0) || port->card_is_gone) )
        return 0xffffffffU;
    switch ( offset )
    {
    case 0x00:
        return CARD;
    case 0x08:
        return (uint32_t)(bridge ? BRIDGE : NETWORK) << 8;
    case 0x0c:
        return bridge ? 0x00010000U : 0;
    case 0x18:
        return bridge ? secondary * 0x00010100U : 0;
    default:
        return 0;
    }
}

static uint16_t owner_of(const struct embedded *hypervisor, uint32_t sbdf)
{
    struct xpci_device_info info;

    CU_ASSERT_EQUAL_FATAL(xpci_device(hypervisor->xpci, sbdf, &info), 0);

    return info.owner;
}

static void test_owners(void)
{
    static const struct config_space_ops ops = { .read = read_port };
    struct port_space space = { .space = { .ops = &ops }, .secondary = 1 };
    const struct xpci_report report = { .node = XPCI_NO_NODE };
    const uint32_t port = XPCI_SBDF(0, 0, 0x08), card = XPCI_SBDF(0, 1, 0),
                   moved = XPCI_SBDF(0, 2, 0);
    struct embedded hypervisor;

    CU_ASSERT_EQUAL_FATAL(embedded_init(&hypervisor, &space.space), 0);
    CU_ASSERT_EQUAL(embedded_assign(&hypervisor, card, 7), -ENODEV);
    CU_ASSERT_EQUAL(embedded_add(&hypervisor, port, &report), 0);
    CU_ASSERT_EQUAL(embedded_add(&hypervisor, card, &report), 0);
    CU_ASSERT_EQUAL(owner_of(&hypervisor, card), XPCI_OWNER_DOM0);
    CU_ASSERT_EQUAL(embedded_assign(&hypervisor, card, 7), 0);
    CU_ASSERT_EQUAL(owner_of(&hypervisor, card), 7);
    CU_ASSERT_EQUAL(embedded_assign(&hypervisor, card, 8), -EBUSY);
    CU_ASSERT_EQUAL(embedded_remove(&hypervisor, card), -EBUSY);
    CU_ASSERT_EQUAL(embedded_remove(&hypervisor, port), -EBUSY);
    embedded_destroy(&hypervisor, 7);
    CU_ASSERT_EQUAL(owner_of(&hypervisor, card), XPCI_OWNER_QUARANTINE);
    CU_ASSERT_EQUAL(embedded_deassign(&hypervisor, card), 0);
    CU_ASSERT_EQUAL(owner_of(&hypervisor, card), XPCI_OWNER_DOM0);

    /* It moves, a guest has it there, and it moves back. */
    space.secondary = 2;
    CU_ASSERT_EQUAL(embedded_add(&hypervisor, moved, &report), 0);
    CU_ASSERT_EQUAL(embedded_assign(&hypervisor, card, 7), -ENODEV);
    CU_ASSERT_EQUAL(embedded_deassign(&hypervisor, card), -ENODEV);
    CU_ASSERT_EQUAL(embedded_assign(&hypervisor, moved, 7), 0);
    space.secondary = 1;
    CU_ASSERT_EQUAL(embedded_reset(&hypervisor, port), 0);
    CU_ASSERT_EQUAL(owner_of(&hypervisor, card), XPCI_OWNER_QUARANTINE);
    CU_ASSERT_EQUAL(owner_of(&hypervisor, moved), XPCI_OWNER_QUARANTINE);
    embedded_dispose(&hypervisor);
}

/*
 * Trouble 7: a device whose driver is live is not removed while it answers.
 * Once it has gone silent it is, whoever has it, and the driver loses its
 * interrupts with it: what comes back there is not in use.
 */
static void check_in_use(uint16_t domain)
{
    static const struct config_space_ops ops = { .read = read_port };
    const struct xpci_report report = { .node = XPCI_NO_NODE };
    const uint32_t port = XPCI_SBDF(0, 0, 0x08), card = XPCI_SBDF(0, 1, 0);
    struct port_space space = { { &ops, XPCI_SOURCE_SYSFS }, 1, false };
    struct embedded hypervisor;

    CU_ASSERT_EQUAL_FATAL(embedded_init(&hypervisor, &space.space), 0);
    CU_ASSERT_EQUAL(embedded_bind(&hypervisor, card), -ENODEV);
    CU_ASSERT_EQUAL(embedded_add(&hypervisor, port, &report), 0);
    CU_ASSERT_EQUAL(embedded_add(&hypervisor, card, &report), 0);
    CU_ASSERT_EQUAL(embedded_bind(&hypervisor, card), 0);
    CU_ASSERT_EQUAL(embedded_bind(&hypervisor, card), 0);
    if ( domain )
        CU_ASSERT_EQUAL(embedded_assign(&hypervisor, card, domain), 0);

    CU_ASSERT_EQUAL(embedded_remove(&hypervisor, card), -EBUSY);
    CU_ASSERT_EQUAL(embedded_remove(&hypervisor, port), -EBUSY);
    CU_ASSERT_EQUAL(hypervisor.state->departed_count, 0);
    CU_ASSERT_EQUAL(owner_of(&hypervisor, card), domain);

    space.card_is_gone = true;
    /* The port is there: with what is behind it it stays. */
    CU_ASSERT_EQUAL(embedded_remove(&hypervisor, port), -EBUSY);
    CU_ASSERT_EQUAL(embedded_remove(&hypervisor, card), 0);
    CU_ASSERT_EQUAL(hypervisor.state->departed_count, 1);
    CU_ASSERT_EQUAL(hypervisor.state->interrupts.count, 0);
    CU_ASSERT_EQUAL(embedded_remove(&hypervisor, card), -ENODEV);

    space.card_is_gone = false;
    CU_ASSERT_EQUAL(embedded_add(&hypervisor, card, &report), 0);
    CU_ASSERT_EQUAL(owner_of(&hypervisor, card),
                    domain ? XPCI_OWNER_QUARANTINE : XPCI_OWNER_DOM0);
    CU_ASSERT_EQUAL(embedded_bind(&hypervisor, card), 0);
    embedded_unbind(&hypervisor, card);
    embedded_unbind(&hypervisor, card);
    CU_ASSERT_EQUAL(embedded_remove(&hypervisor, port), 0);
    CU_ASSERT_EQUAL(hypervisor.state->departed_count, 3);
    embedded_dispose(&hypervisor);
}

static void test_interrupts_in_use(void)
{
    check_in_use(XPCI_OWNER_DOM0);
    check_in_use(7);
}

/* Each allocation of a boot fails in turn: told, and nothing is lost. */
static void test_boot_without_memory(void)
{
    struct tree tree;
    struct config_space *space = open_neighbours(&tree);
    unsigned int nth, failures = 0;
    int rc = -ENOMEM;

    for ( nth = 1; rc && nth < 1000; nth++ )
    {
        struct embedded hypervisor;

        CU_ASSERT_EQUAL_FATAL(embedded_init(&hypervisor, space), 0);
        embedded_fail_allocation(&hypervisor, nth);
        rc = embedded_boot(&hypervisor);
        if ( rc )
        {
            CU_ASSERT_EQUAL(rc, -ENOMEM);
            failures++;
        }
        CU_ASSERT_TRUE(xpci_is_valid(hypervisor.xpci, NULL));
        embedded_dispose(&hypervisor);
    }
    CU_ASSERT_EQUAL(rc, 0);
    CU_ASSERT(failures > 0);
    config_space_close(space);
    tree_dispose(&tree);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        { "SBDFs as users write them", test_sbdf },
        { "a captured tree with all that is odd", test_odd_tree },
        { "a bridge that lost its link", test_unlinked_bridge },
        { "no tree", test_no_tree },
        { "PFs before VFs", test_order },
        { "a neighbour leaves", test_a_neighbour_leaves },
        { "owners", test_owners },
        { "interrupts in use", test_interrupts_in_use },
        { "boot without memory", test_boot_without_memory },
        { "bridges in conflict are named", test_conflicts_named },
        { "many bridges in conflict", test_many_conflicts },
        CU_TEST_INFO_NULL,
    };
    static CU_SuiteInfo suites[] = {
        { "embedded hypervisor", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    unsigned int failures;

    if ( CU_initialize_registry() != CUE_SUCCESS ||
         CU_register_suites(suites) != CUE_SUCCESS )
    {
        fprintf(stderr, "CUnit: %s\n", CU_get_error_msg());
        return 2;
    }
    CU_basic_set_mode(CU_BRM_NORMAL);
    if ( CU_basic_run_tests() != CUE_SUCCESS )
        return 2;
    failures = CU_get_number_of_failures();
    CU_cleanup_registry();

    return failures != 0;
}
