/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of any bytes for a topology as JSON. */
#include <stdio.h>

#include <xen-pci/embedded.h>

#include "bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xpci_message message = { "" };
    struct xpci_snapshot snapshot;
    FILE *in;
    int rc;

    if ( !size || size > FUZZ_MOST )
        return 0;
    in = fmemopen((void *)(uintptr_t)data, size, "r");
    if ( !in )
        fuzz_found("no file in memory");
    xpci_snapshot_init(&snapshot);
    rc = snapshot_read_json(&snapshot, in, "fuzz", &message);
    if ( rc > 0 || (rc && (!message.text[0] || snapshot.device_count)) )
        fuzz_found("reading returned %d, and says '%s'", rc, message.text);
    if ( !rc && snapshot_print_json(&snapshot, bytes_nowhere()) )
        fuzz_found("what was read cannot be printed");
    xpci_snapshot_dispose(&snapshot);
    (void)fclose(in);

    return 0;
}
