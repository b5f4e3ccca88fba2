/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fault points: the process dies at one that the environment names.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"

static struct {
    char name[64];
    unsigned long countdown; /* 0: off */
} fault;

void fault_init(void)
{
    const char *wanted = getenv("XEN_PCID_FAULT");
    size_t length;

    fault.countdown = 0;
    if ( !wanted )
        return;
    length = strcspn(wanted, ":");
    if ( !length || length >= sizeof(fault.name) )
        return;
    memcpy(fault.name, wanted, length);
    fault.name[length] = '\0';
    fault.countdown =
        wanted[length] ? strtoul(wanted + length + 1, NULL, 10) : 1;
}

void fault_point(const char *name)
{
    if ( !fault.countdown ||
         (strcmp(fault.name, "any") && strcmp(fault.name, name)) )
        return;
    if ( !--fault.countdown )
        raise(SIGKILL);
}
