/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The real xenstore, through libxenstore.
 */
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <xenstore.h>

#include "store.h"

struct store_xen {
    struct store store;
    struct xs_handle *handle;
    xs_transaction_t transaction;
    /*
     * libxenstore does not tell a poller that xenstored is gone.  A second
     * connection, which is never used, hangs up at that moment.
     */
    int alive;
};

static struct store_xen *xen_of(struct store *store)
{
    return (struct store_xen *)store;
}

static int failed(void)
{
    return errno ? -errno : -EIO;
}

static int open_alive(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const char *path = xs_daemon_socket();
    int fd;

    if ( !path || strlen(path) >= sizeof(address.sun_path) )
        return -1;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if ( fd < 0 )
        return -1;
    memcpy(address.sun_path, path, strlen(path) + 1);
    if ( connect(fd, (const struct sockaddr *)&address, sizeof(address)) )
    {
        close(fd);
        return -1;
    }

    return fd;
}

static void xen_disconnect(struct store *store)
{
    struct store_xen *xen = xen_of(store);

    if ( xen->alive >= 0 )
        close(xen->alive);
    xen->alive = -1;
    xs_close(xen->handle);
    xen->handle = NULL;
    xen->transaction = XBT_NULL;
}

static int xen_connect(struct store *store)
{
    struct store_xen *xen = xen_of(store);

    xen_disconnect(store);
    errno = 0;
    xen->handle = xs_open(0);
    if ( !xen->handle )
        return failed();
    xen->alive = open_alive();

    return 0;
}

static int xen_watch_fd(const struct store *store)
{
    const struct store_xen *xen = (const struct store_xen *)store;

    return xen->handle ? xs_fileno(xen->handle) : -1;
}

static int xen_alive_fd(const struct store *store)
{
    return ((const struct store_xen *)store)->alive;
}

static int xen_begin(struct store *store)
{
    struct store_xen *xen = xen_of(store);

    errno = 0;
    xen->transaction = xs_transaction_start(xen->handle);

    return xen->transaction == XBT_NULL ? failed() : 0;
}

static int end(struct store_xen *xen, bool abandon)
{
    xs_transaction_t transaction = xen->transaction;

    xen->transaction = XBT_NULL;
    errno = 0;

    return xs_transaction_end(xen->handle, transaction, abandon) ? 0 : failed();
}

static int xen_commit(struct store *store)
{
    return end(xen_of(store), false);
}

static void xen_abandon(struct store *store)
{
    /* Where this fails the connection is gone, and the transaction with it. */
    (void)end(xen_of(store), true);
}

static int xen_write(struct store *store, const char *path, const char *value)
{
    struct store_xen *xen = xen_of(store);

    errno = 0;

    return xs_write(xen->handle, xen->transaction, path, value, strlen(value))
               ? 0
               : failed();
}

static int xen_remove(struct store *store, const char *path)
{
    struct store_xen *xen = xen_of(store);

    errno = 0;

    return xs_rm(xen->handle, xen->transaction, path) ? 0 : failed();
}

static int xen_read(struct store *store, const char *path, char **value)
{
    struct store_xen *xen = xen_of(store);
    unsigned int length;

    errno = 0;
    *value = xs_read(xen->handle, xen->transaction, path, &length);

    return *value ? 0 : failed();
}

static int xen_protect(struct store *store, const char *path)
{
    struct store_xen *xen = xen_of(store);
    struct xs_permissions owner = { .id = 0, .perms = XS_PERM_NONE };

    errno = 0;

    return xs_set_permissions(xen->handle, xen->transaction, path, &owner, 1)
               ? 0
               : failed();
}

static int xen_watch(struct store *store, const char *path)
{
    errno = 0;

    return xs_watch(xen_of(store)->handle, path, "xen-pcid") ? 0 : failed();
}

static int xen_next_watch(struct store *store)
{
    char **fired;

    errno = 0;
    fired = xs_check_watch(xen_of(store)->handle);
    if ( fired )
    {
        free(fired);
        return 1;
    }

    return !errno || errno == EAGAIN ? 0 : -errno;
}

static void xen_close(struct store *store)
{
    xen_disconnect(store);
    free(store);
}

static const struct store_ops xen_ops = {
    .connect = xen_connect,
    .disconnect = xen_disconnect,
    .watch_fd = xen_watch_fd,
    .alive_fd = xen_alive_fd,
    .begin = xen_begin,
    .commit = xen_commit,
    .abandon = xen_abandon,
    .write = xen_write,
    .remove = xen_remove,
    .read = xen_read,
    .protect = xen_protect,
    .watch = xen_watch,
    .next_watch = xen_next_watch,
    .close = xen_close,
};

/*
 * Without its socket libxenstore goes through the kernel (/dev/xen/xenbus),
 * and there a call waits for ever while xenstored is not running: the daemon
 * waits by itself instead.  Where xenstored is in a domain of its own, the
 * device has to be asked for: XENSTORED_PATH=/dev/xen/xenbus.
 */
static int use_socket_only(void)
{
    const char *path = xs_daemon_socket();

    return path && setenv("XENSTORED_PATH", path, 0) ? -errno : 0;
}

int store_xen_open(struct store **store)
{
    struct store_xen *xen;
    int rc = use_socket_only();

    if ( rc )
        return rc;
    xen = calloc(1, sizeof(*xen));
    if ( !xen )
        return -ENOMEM;
    xen->store.ops = &xen_ops;
    xen->alive = -1;
    *store = &xen->store;

    return 0;
}

void store_close(struct store *store)
{
    if ( store )
        store->ops->close(store);
}
