/* SPDX-License-Identifier: GPL-2.0-only */
/* The module's hypfs directory, with any bytes in its texts and lists. */
#include <stdlib.h>
#include <string.h>

#include "hypervisor/xen_hypfs.h"
#include "bytes.h"

#define TEXT_MOST 2048

static char *next_text(struct bytes *bytes)
{
    char *text = malloc(TEXT_MOST);

    return text ? bytes_text(bytes, text, TEXT_MOST) : NULL;
}

static int read_entry(void *data, const char *path, char **text)
{
    struct bytes *bytes = data;

    (void)path;
    if ( !bytes->left )
        return -ENOENT;
    *text = next_text(bytes);

    return *text ? 0 : -ENOMEM;
}

static void whole_directory(struct bytes bytes)
{
    const struct xen_hypfs_source source = { read_entry, read_entry, &bytes };
    struct xpci_message message = { "" };
    struct xpci_snapshot snapshot;
    int rc;

    xpci_snapshot_init(&snapshot);
    rc = xen_hypfs_read(&source, &snapshot, &message);
    if ( rc > 0 || (rc && (!message.text[0] || snapshot.device_count)) )
        fuzz_found("reading returned %d, and says '%s'", rc, message.text);
    xpci_snapshot_dispose(&snapshot);
}

static void one_text(struct bytes bytes, bool devices)
{
    char *text = next_text(&bytes);
    struct xpci_message message = { "" };
    struct xpci_snapshot snapshot;
    uint32_t generation;
    int rc;

    if ( !text )
        return;
    xpci_snapshot_init(&snapshot);
    if ( devices )
        rc = xen_hypfs_parse_devices(&snapshot, "fuzz", 0, text, &generation,
                                     &message);
    else
        rc = xen_hypfs_parse_buses(&snapshot, "fuzz", 0, text, &generation,
                                   &message);
    if ( rc > 0 || (rc && !message.text[0]) )
        fuzz_found("parsing returned %d, and says '%s'", rc, message.text);
    xpci_snapshot_dispose(&snapshot);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes bytes = { data, size < FUZZ_MOST ? size : FUZZ_MOST };

    switch ( bytes_choice(&bytes, 3) )
    {
    case 0:
        one_text(bytes, true);
        break;
    case 1:
        one_text(bytes, false);
        break;
    default:
        whole_directory(bytes);
        break;
    }

    return 0;
}
