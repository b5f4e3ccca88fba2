/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Locked files: taking them, waiting for them, giving them up.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lock.h"
#include "message.h"

#define PAUSE 20U /* milliseconds between two tries */

/* The file, in a directory that is made where it is missing. */
static int open_lock(const char *path, mode_t mode)
{
    const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
    int lock = open(path, flags, mode);
    const char *slash = strrchr(path, '/');
    char *directory;

    if ( lock < 0 && errno == ENOENT && slash && slash != path )
    {
        directory = strndup(path, slash - path);
        if ( !directory )
            return -ENOMEM;
        /* Somebody else may make it at the same time. */
        if ( !mkdir(directory, 0755) || errno == EEXIST )
            lock = open(path, flags, mode);
        free(directory);
    }

    return lock < 0 ? -errno : lock;
}

int lock_take(const char *path, mode_t mode, pid_t *holder,
              struct xpci_message *message)
{
    char pid[16] = "";
    int rc, lock = open_lock(path, mode);

    *holder = 0;
    if ( lock < 0 )
    {
        rc = lock;
        message_set(message, "cannot open %s: %s", path, strerror(-rc));
        return rc;
    }
    if ( !flock(lock, LOCK_EX | LOCK_NB) )
        return lock;

    rc = -errno;
    if ( rc == -EWOULDBLOCK && read(lock, pid, sizeof(pid) - 1) > 0 )
        *holder = atoi(pid);
    message_set(message, "cannot lock %s: %s", path,
                rc == -EWOULDBLOCK ? "another process has it" : strerror(-rc));
    close(lock);

    return rc;
}

int lock_wait(const char *path, mode_t mode, unsigned int milliseconds,
              lock_waits *waits, void *data, struct xpci_message *message)
{
    const struct timespec pause = { .tv_nsec = PAUSE * 1000000L };
    unsigned int waited = 0;
    struct xpci_message text;
    pid_t holder;
    int rc;

    while ( (rc = lock_take(path, mode, &holder, message)) == -EWOULDBLOCK &&
            waited < milliseconds )
    {
        if ( !waited && waits )
        {
            message_set(&text, "waiting for process %d, which has locked %s",
                        holder, path);
            waits(data, text.text);
        }
        waited += PAUSE;
        if ( nanosleep(&pause, NULL) )
            break;
    }
    if ( rc == -EWOULDBLOCK )
        message_set(message,
                    "process %d is making dom0 and the hypervisor agree (%s is "
                    "locked); nothing was changed",
                    holder, path);

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
