/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A journal of any bytes is found at the start, and work goes on with it.
 * What was confirmed as pending is so after the next start.
 */
#include <err.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../dom0-agent/journal.h"
#include "bytes.h"

static int forget(const char *path, const struct stat *status, int type,
                  struct FTW *where)
{
    (void)status;
    (void)type;
    (void)where;

    return remove(path);
}

static void open_it(struct journal *journal, const char *path)
{
    struct xpci_message message = { "" };
    int rc;

    journal_init(journal);
    rc = journal_open(journal, path, &message);
    if ( rc )
        fuzz_found("open returned %d, and says '%s'", rc, message.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char folder[] = "/dev/shm/xen-pci-fuzz.XXXXXX", path[64];
    const uint32_t added = 0x00001234;
    struct xpci_message message = { "" };
    struct journal journal;
    size_t count;
    int fd;

    if ( size > FUZZ_MOST )
        return 0;
    if ( !mkdtemp(folder) )
        err(2, "%s", folder);
    (void)snprintf(path, sizeof(path), "%s/journal", folder);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if ( fd < 0 || write(fd, data, size) != (ssize_t)size || close(fd) )
        err(2, "%s", path);

    open_it(&journal, path);
    if ( journal_pend(&journal, &added, 1, &message) )
        fuzz_found("cannot be written: %s", message.text);
    count = journal.pending.count;
    journal_dispose(&journal);

    open_it(&journal, path);
    if ( journal.pending.count != count || !journal_has(&journal, added) )
        fuzz_found("%zu were pending, and now %zu", count,
                   journal.pending.count);
    journal_done(&journal, added);
    if ( journal_has(&journal, added) )
        fuzz_found("pending after it was done");
    journal_dispose(&journal);

    if ( nftw(folder, forget, 8, FTW_DEPTH | FTW_PHYS) )
        err(2, "%s", folder);

    return 0;
}
