/* SPDX-License-Identifier: GPL-2.0-only */
#include "sriov.h"

void xpci_sriov_link(struct xpci *xpci, uint32_t virtfn, uint32_t physfn)
{
    struct xpci_record *vf = xpci_record(xpci, virtfn);
    struct xpci_record *pf = xpci_record(xpci, physfn);

    vf->physfn = physfn;
    vf->previous_vf = XPCI_NO_RECORD;
    vf->next_vf = pf->first_vf;
    if ( pf->first_vf != XPCI_NO_RECORD )
        xpci_record(xpci, pf->first_vf)->previous_vf = virtfn;
    pf->first_vf = virtfn;
}

void xpci_sriov_unlink(struct xpci *xpci, uint32_t virtfn)
{
    struct xpci_record *vf = xpci_record(xpci, virtfn);

    if ( vf->previous_vf != XPCI_NO_RECORD )
        xpci_record(xpci, vf->previous_vf)->next_vf = vf->next_vf;
    else
        xpci_record(xpci, vf->physfn)->first_vf = vf->next_vf;
    if ( vf->next_vf != XPCI_NO_RECORD )
        xpci_record(xpci, vf->next_vf)->previous_vf = vf->previous_vf;
    vf->physfn = XPCI_NO_RECORD;
}
