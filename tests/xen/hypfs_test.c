/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypfs directory /xen-pci as a caller reads it: what it is told that there
 * is, what it gets, and that it never gets more than it was told.
 */
#include <stdio.h>

#include "child.h"
#include "control.h"
#include "suites.h"

#define ROOM 200000U
#define PAGE_DEVICES 256U /* docs/hypfs.md */

static char text[ROOM];

static void device(unsigned int bus, unsigned int devfn)
{
    world_set(&fake_world,
              &(struct world_function){ .sbdf = bus << 8 | devfn,
                                        .vendor = 0x8086,
                                        .device = 0x1000,
                                        .class_revision = 0x02000000,
                                        .pcie = 0 });
}

/* So many devices, from bus 0 on. */
static void boot_with(unsigned int count)
{
    unsigned int i;

    for ( i = 0; i < count; i++ )
        device(i >> 8, i & 0xff);
    fake_boot();
}

static void add_one_more(void)
{
    fake_hypfs_between = NULL;
    device(0x20, 0);
    ASSERT(!pci_add_device(0, 0x20, 0, NULL, NUMA_NO_NODE));
}

static unsigned int lines(void)
{
    const char *at = text;
    unsigned int count = 0;

    while ( (at = strchr(at, '\n')) != NULL )
    {
        at++;
        count++;
    }

    return count;
}

static int bad(const char *what, int rc)
{
    child_say("%s: %d, '%.200s'", what, rc, text);

    return 1;
}

/* Whatever happens, no memory is kept. */
static int read_node(const char *path, size_t room)
{
    const unsigned int blocks = fake_blocks;
    const bool adds = fake_hypfs_between;
    int rc;

    text[0] = '\0';
    rc = fake_hypfs_read(path, text, room);
    ASSERT(adds || fake_blocks == blocks);

    return rc;
}

static int what_is_there(void *data)
{
    int rc;

    (void)data;
    boot_with(3);
    rc = read_node("/xen-pci", ROOM);
    if ( rc || strcmp(text, "format module state generation segments ") )
        return bad("the directory", rc);
    rc = read_node("/xen-pci/format", ROOM);
    if ( rc || strcmp(text, "2") )
        return bad("the format", rc);
    rc = read_node("/xen-pci/state", ROOM);
    if ( rc || strcmp(text, "on") )
        return bad("the state", rc);
    rc = read_node("/xen-pci/segments", ROOM);
    if ( rc || strcmp(text, "0000 ") )
        return bad("the segments", rc);
    rc = read_node("/xen-pci/segments/0000", ROOM);
    if ( rc || strcmp(text, "devices buses problems ") )
        return bad("a segment", rc);
    rc = read_node("/xen-pci/segments/0000/devices", ROOM);
    if ( rc || lines() != 4 || !strstr(text, "owner=dom0\n") )
        return bad("the devices", rc);
    rc = read_node("/xen-pci/segments/0001/devices", ROOM);
    if ( rc != -ENOENT )
        return bad("a segment that there is not", rc);
    rc = read_node("/xen-pci/segments/0000.1", ROOM);
    if ( rc != -ENOENT )
        return bad("a page that there is not", rc);

    return 0;
}

static int more_than_a_page(void *data)
{
    int rc;

    (void)data;
    boot_with(2 * PAGE_DEVICES + 5);
    rc = read_node("/xen-pci/segments", ROOM);
    if ( rc || strcmp(text, "0000 0000.1 0000.2 ") )
        return bad("the segments", rc);
    rc = read_node("/xen-pci/segments/0000/devices", ROOM);
    if ( rc || lines() != PAGE_DEVICES + 1 ||
         !strstr(text, "sbdf=0000:00:1f.7 ") || strstr(text, "=0000:01:") )
        return bad("the first page", rc);
    rc = read_node("/xen-pci/segments/0000.1/devices", ROOM);
    if ( rc || lines() != PAGE_DEVICES + 1 ||
         !strstr(text, "sbdf=0000:01:00.0 ") ||
         !strstr(text, "sbdf=0000:01:1f.7 ") || strstr(text, "=0000:02:") )
        return bad("the second page", rc);
    rc = read_node("/xen-pci/segments/0000.2/devices", ROOM);
    if ( rc || lines() != 6 || !strstr(text, "sbdf=0000:02:00.4 ") )
        return bad("the last page", rc);

    return 0;
}

/* The fake ends the program where more is written than was promised. */
static int one_more_while_it_is_read(void *data)
{
    const char *path = data;
    int rc;

    boot_with(PAGE_DEVICES);
    fake_hypfs_between = add_one_more;
    rc = read_node(path, ROOM);
    if ( rc && rc != -ENOBUFS )
        return bad(path, rc);
    if ( fake_hypfs_between )
        return bad("nothing came in between", rc);
    rc = read_node("/xen-pci/segments", ROOM);
    if ( rc || strcmp(text, "0000 0000.1 ") )
        return bad("afterwards", rc);

    return 0;
}

static int too_little_room(void *data)
{
    int rc;

    (void)data;
    boot_with(3);
    rc = read_node("/xen-pci/segments/0000/devices", 100);
    if ( rc != -ENOBUFS || text[0] )
        return bad("the devices", rc);

    return 0;
}

/* No memory, or no access to the caller's: an error, and nothing is kept. */
static int each_call_fails(void *data)
{
    const char *path = data;
    unsigned int nth, blocks;
    int rc;

    boot_with(PAGE_DEVICES + 1);
    blocks = fake_blocks;
    for ( nth = 1;; nth++ )
    {
        fake_fail(nth);
        rc = read_node(path, ROOM);
        if ( !fake_has_failed() )
            break;
        if ( (rc != -ENOMEM && rc != -EFAULT) || fake_blocks != blocks )
            return bad(path, rc);
    }

    return rc || nth == 1 ? bad(path, rc) : 0;
}

static int turned_off(void *data)
{
    int rc;

    (void)data;
    fake_command_line("xen-pci", false);
    boot_with(3);
    rc = read_node("/xen-pci/state", ROOM);
    if ( rc || strcmp(text, "off") )
        return bad("the state", rc);
    rc = read_node("/xen-pci/segments", ROOM);
    if ( rc || text[0] )
        return bad("the segments", rc);

    return 0;
}

static int debug_key(void *data)
{
    const char *said;

    (void)data;
    boot_with(3);
    (void)fake_said();
    fake_press('B');
    said = fake_said();
    if ( !strstr(said, "sbdf=0000:00:00.2 ") || strstr(said, "broken") )
        return bad(said, 0);

    return 0;
}

static void run(int (*part)(void *data), const char *data)
{
    child_text()[0] = '\0';
    if ( !child_run(part, (void *)data) )
    {
        CU_PASS("good");
        return;
    }
    printf("\n    %s\n", child_text());
    CU_FAIL("not as it should be");
}

static void nodes(void)
{
    run(what_is_there, NULL);
    run(turned_off, NULL);
    run(debug_key, NULL);
}

static void pages(void)
{
    run(more_than_a_page, NULL);
}

static void promises(void)
{
    run(one_more_while_it_is_read, "/xen-pci/segments");
    run(one_more_while_it_is_read, "/xen-pci/segments/0000/devices");
    run(one_more_while_it_is_read, "/xen-pci/segments/0000");
    run(one_more_while_it_is_read, "/xen-pci/generation");
    run(too_little_room, NULL);
}

static void failures(void)
{
    run(each_call_fails, "/xen-pci/segments");
    run(each_call_fails, "/xen-pci/segments/0000/devices");
    run(each_call_fails, "/xen-pci/segments/0000.1");
    run(each_call_fails, "/xen-pci/generation");
}

CU_TestInfo hypfs_tests[] = {
    { "what is there", nodes },
    { "more devices than a page", pages },
    { "never more than was promised", promises },
    { "no memory, no access", failures },
    CU_TEST_INFO_NULL,
};
