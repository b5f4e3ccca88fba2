/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of a machine on the fake: all domains and devices go.
 */
#include <stdio.h>

#include "control.h"
#include "xen/glue.h"

/* The ID of a domain that is not Xen's own; 0: there is none. */
static domid_t some_domain(void)
{
    struct domain *d;

    for_each_domain(d) if ( d != hardware_domain ) return d->domain_id;

    return 0;
}

static bool is_done(const char *what, int rc, char *text, size_t size)
{
    char wrong[160];

    if ( rc )
        (void)snprintf(text, size, "%s: %d", what, rc);
    else if ( !fake_is_sound(wrong, sizeof(wrong)) )
        (void)snprintf(text, size, "after %s: %s", what, wrong);
    else
        return true;

    return false;
}

bool fake_clear_up(char *text, size_t size)
{
    const unsigned int wrong_writes = fake_wrong_writes;
    struct pci_dev *pdev;
    domid_t id;
    int rc;

    /* A stock Xen is not what is tested. */
    if ( !xpci_instance() )
        return true;
    while ( (id = some_domain()) != 0 )
    {
        rc = fake_destroy(id);
        /* Nobody has told Xen what is gone. */
        fake_wrong_writes = wrong_writes;
        if ( !is_done("the end of a domain", rc, text, size) )
            return false;
    }
    while ( fake_world.count )
        world_clear(&fake_world, fake_world.functions[0].sbdf);
    while ( (pdev = fake_next_pdev(NULL)) != NULL )
        if ( !is_done("a removal",
                      pci_remove_device(pdev->seg, pdev->bus, pdev->devfn),
                      text, size) )
            return false;
    fake_mapped(text, size);

    return !text[0];
}
