/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "lock.h"
#include "message.h"

int lock_take(const char *path, struct xpci_message *message)
{
    char pid[16] = "";
    int rc, lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);

    if ( lock < 0 )
    {
        rc = -errno;
        message_set(message, "cannot open %s: %s", path, strerror(-rc));
        return rc;
    }
    if ( !flock(lock, LOCK_EX | LOCK_NB) )
        return lock;

    rc = -errno;
    if ( rc == -EWOULDBLOCK && read(lock, pid, sizeof(pid) - 1) > 0 )
        message_set(message, "another xen-pcid is running (process %d, %s)",
                    atoi(pid), path);
    else
        message_set(message, "cannot lock %s: %s", path,
                    rc == -EWOULDBLOCK ? "another xen-pcid is running"
                                       : strerror(-rc));
    close(lock);

    return rc;
}

int lock_write_pid(int lock, struct xpci_message *message)
{
    char pid[16];
    int rc, length = snprintf(pid, sizeof(pid), "%d\n", (int)getpid());

    if ( !ftruncate(lock, 0) && pwrite(lock, pid, length, 0) == length )
        return 0;
    rc = errno ? -errno : -EIO;
    message_set(message, "cannot write the process ID: %s", strerror(-rc));

    return rc;
}

void lock_release(int lock)
{
    /* Empty or not, it means nothing without the lock. */
    (void)!ftruncate(lock, 0);
    close(lock);
}
