/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Debug key: the tables on Xen's console (`xl debug-keys B`, `xl dmesg`).
 */
#include <xen/init.h>
#include <xen/keyhandler.h>

#include <xen-pci/version.h>

#include "glue.h"

#define KEY 'B'

/* So many at a time, to keep the stack small. */
#define CHUNK 8U

static void print_devices(const struct xpci *xpci, bool problems)
{
    struct xpci_device_info infos[CHUNK];
    struct xpci_walk walk = {};
    char line[XPCI_LINE];

    while ( !walk.done )
    {
        int i, count = xpci_walk_devices(xpci, &walk, infos, CHUNK);

        for ( i = 0; i < count; i++ )
        {
            if ( !problems )
                xpci_text_device(line, &infos[i]);
            else if ( xpci_device_problem(&infos[i]) != XPCI_PROBLEM_NONE )
                xpci_text_problem(line, &infos[i]);
            else
                continue;
            printk("%s", line);
        }
        if ( count < 0 )
            return;
    }
}

static void print_buses(const struct xpci *xpci)
{
    struct xpci_bus_info infos[CHUNK];
    struct xpci_walk walk = {};
    char line[XPCI_LINE];

    while ( !walk.done )
    {
        int i, count = xpci_walk_buses(xpci, &walk, infos, CHUNK);

        for ( i = 0; i < count; i++ )
        {
            xpci_text_bus(line, &infos[i]);
            printk("segment=%04x %s", infos[i].segment, line);
        }
        if ( count < 0 )
            return;
    }
}

static void cf_check print_tables(unsigned char key)
{
    const struct xpci *xpci = xpci_instance();
    const char *rule = "none";

    printk("==== xen-pci %s ====\n", XPCI_VERSION);
    if ( !xpci )
    {
        printk("turned off\n");
        return;
    }

    /* Held all the time, so that nothing changes between the parts. */
    pcidevs_lock();
    printk("generation %u\n", xpci_generation(xpci));
    printk("devices:\n");
    print_devices(xpci, false);
    printk("buses:\n");
    print_buses(xpci);
    printk("problems:\n");
    print_devices(xpci, true);
    if ( !xpci_is_valid(xpci, &rule) )
        printk("broken rule: %s\n", rule);
    pcidevs_unlock();
}

static int __init cf_check register_key(void)
{
    register_keyhandler(KEY, print_tables, "print the PCI topology", true);

    return 0;
}
__initcall(register_key);
