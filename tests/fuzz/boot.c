/* SPDX-License-Identifier: GPL-2.0-only */
#include "boot.h"

#include <stdlib.h>

#include "bytes.h"

static void print_and_read(const struct xpci_snapshot *snapshot)
{
    struct xpci_message message = { "" };
    struct xpci_snapshot again;
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    int rc;

    if ( !memory || snapshot_print_json(snapshot, memory) || fclose(memory) )
        fuzz_found("the topology cannot be printed");
    memory = fmemopen(text, size, "r");
    xpci_snapshot_init(&again);
    rc = snapshot_read_json(&again, memory, "printed", &message);
    if ( rc )
        fuzz_found("what was printed cannot be read: %d, %s\n%s", rc,
                   message.text, text);
    if ( again.device_count != snapshot->device_count ||
         again.bus_count != snapshot->bus_count )
        fuzz_found("%zu devices and %zu buses became %zu and %zu",
                   snapshot->device_count, snapshot->bus_count,
                   again.device_count, again.bus_count);
    xpci_snapshot_dispose(&again);
    (void)fclose(memory);
    free(text);
}

void fuzz_boot(struct config_space *space)
{
    struct xpci_snapshot snapshot;
    struct embedded hypervisor;
    const char *rule = "";

    if ( embedded_init(&hypervisor, space) || embedded_boot(&hypervisor) )
        fuzz_found("the boot failed");
    if ( !xpci_is_valid(hypervisor.xpci, &rule) )
        fuzz_found("broken rule: %s", rule);

    xpci_snapshot_init(&snapshot);
    if ( xpci_snapshot_take(&snapshot, hypervisor.xpci, XPCI_SOURCE_FILE) )
        fuzz_found("no snapshot");
    print_and_read(&snapshot);
    xpci_snapshot_dispose(&snapshot);

    embedded_dispose(&hypervisor);
    config_space_close(space);
}
