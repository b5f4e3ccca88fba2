/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events about PCI devices: the kernel's uevents, and lines from a pipe.
 */
#include <fcntl.h>
#include <libudev.h>
#include <stdlib.h>
#include <unistd.h>

#include <xen-pci/snapshot.h>

#include "events.h"
#include "message.h"

/* A burst of so many bytes waits without a loss while a plan is made. */
#define RECEIVE_BUFFER (1 << 20)

struct events_kernel {
    struct events events;
    struct udev *udev;
    struct udev_monitor *monitor;
};

static void kernel_close(struct events *events)
{
    struct events_kernel *kernel = (struct events_kernel *)events;

    udev_monitor_unref(kernel->monitor);
    udev_unref(kernel->udev);
    free(kernel);
}

static void describe(struct udev_device *device, struct event *event)
{
    const char *action = udev_device_get_action(device);
    const char *name = udev_device_get_sysname(device);
    int rc = name ? xpci_sbdf_parse(name, &event->sbdf) : -EINVAL;

    event->has_sbdf = !rc;
    event->kind =
        action && !strcmp(action, "remove") ? EVENT_REMOVED : EVENT_CHANGED;
}

static int kernel_next(struct events *events, struct event *event,
                       struct xpci_message *message)
{
    struct events_kernel *kernel = (struct events_kernel *)events;
    struct udev_device *device;
    int rc;

    errno = 0;
    device = udev_monitor_receive_device(kernel->monitor);
    if ( device )
    {
        describe(device, event);
        udev_device_unref(device);
        return 1;
    }

    rc = -errno;
    if ( !rc || rc == -EAGAIN || rc == -EINTR )
        return 0;
    /* One that cannot be understood was an event all the same. */
    if ( rc == -ENOBUFS || rc == -EBADMSG || rc == -EMSGSIZE || rc == -ENOMEM ||
         rc == -EINVAL || rc == -ENODEV || rc == -ENOENT )
    {
        *event = (struct event){ .kind = EVENT_OVERFLOW };
        return 1;
    }
    message_set(message, "the kernel's events cannot be read: %s",
                strerror(-rc));

    return rc;
}

static const struct events_ops kernel_ops = {
    .next = kernel_next,
    .close = kernel_close,
};

int events_open_kernel(struct events **events, struct xpci_message *message)
{
    struct events_kernel *kernel = calloc(1, sizeof(*kernel));
    int rc;

    if ( !kernel )
    {
        message_set(message, "no memory");
        return -ENOMEM;
    }
    kernel->events.ops = &kernel_ops;
    errno = 0;
    kernel->udev = udev_new();
    kernel->monitor =
        kernel->udev ? udev_monitor_new_from_netlink(kernel->udev, "kernel")
                     : NULL;
    if ( !kernel->monitor )
    {
        rc = errno ? -errno : -ENOMEM;
        goto out;
    }
    /* Needs CAP_NET_ADMIN beyond the system's limit; less does as well. */
    (void)udev_monitor_set_receive_buffer_size(kernel->monitor, RECEIVE_BUFFER);
    rc = udev_monitor_filter_add_match_subsystem_devtype(kernel->monitor, "pci",
                                                         NULL);
    if ( rc >= 0 )
        rc = udev_monitor_enable_receiving(kernel->monitor);
    if ( rc < 0 )
        goto out;
    kernel->events.fd = udev_monitor_get_fd(kernel->monitor);
    *events = &kernel->events;
    rc = 0;

out:
    if ( rc )
    {
        message_set(message, "cannot listen to the kernel's events: %s",
                    strerror(-rc));
        kernel_close(&kernel->events);
    }

    return rc;
}

struct events_pipe {
    struct events events;
    char buffer[4096];
    size_t start; /* of what was read and not yet taken */
    size_t end;
};

static void pipe_close(struct events *events)
{
    close(events->fd);
    free(events);
}

static void parse(const char *line, struct event *event)
{
    event->has_sbdf = true;
    if ( !strncmp(line, "add ", 4) )
        event->kind = EVENT_CHANGED;
    else if ( !strncmp(line, "remove ", 7) )
        event->kind = EVENT_REMOVED;
    else
        event->has_sbdf = false;
    if ( event->has_sbdf &&
         xpci_sbdf_parse(strchr(line, ' ') + 1, &event->sbdf) )
        event->has_sbdf = false;
    if ( !event->has_sbdf )
        *event = (struct event){ .kind = EVENT_OVERFLOW };
}

/* A whole line out of the buffer, if there is one. */
static bool take_line(struct events_pipe *pipe, struct event *event)
{
    char *line = pipe->buffer + pipe->start;
    size_t left = pipe->end - pipe->start;
    char *newline = memchr(line, '\n', left);

    if ( !newline )
    {
        memmove(pipe->buffer, line, left);
        pipe->start = 0;
        pipe->end = left;
        return false;
    }
    *newline = '\0';
    pipe->start = newline + 1 - pipe->buffer;
    parse(line, event);

    return true;
}

static int pipe_next(struct events *events, struct event *event,
                     struct xpci_message *message)
{
    struct events_pipe *pipe = (struct events_pipe *)events;
    ssize_t count;
    int rc;

    if ( take_line(pipe, event) )
        return 1;
    if ( pipe->end == sizeof(pipe->buffer) )
    {
        pipe->end = 0;
        *event = (struct event){ .kind = EVENT_OVERFLOW };
        return 1;
    }
    count = read(events->fd, pipe->buffer + pipe->end,
                 sizeof(pipe->buffer) - pipe->end);
    if ( count > 0 )
    {
        pipe->end += count;
        return take_line(pipe, event);
    }
    rc = count ? -errno : -EPIPE;
    if ( rc == -EAGAIN || rc == -EINTR )
        return 0;
    message_set(message, "the events' pipe cannot be read: %s", strerror(-rc));

    return rc;
}

static const struct events_ops pipe_ops = {
    .next = pipe_next,
    .close = pipe_close,
};

int events_open_fd(struct events **events, int fd, struct xpci_message *message)
{
    struct events_pipe *pipe = calloc(1, sizeof(*pipe));
    int flags = fcntl(fd, F_GETFL), rc = 0;

    if ( !pipe )
        rc = -ENOMEM;
    else if ( flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) )
        rc = -errno;
    if ( rc )
    {
        free(pipe);
        close(fd);
        message_set(message, "the events' pipe cannot be read: %s",
                    strerror(-rc));
        return rc;
    }
    pipe->events.ops = &pipe_ops;
    pipe->events.fd = fd;
    *events = &pipe->events;

    return 0;
}

int events_open_fifo(struct events **events, const char *path,
                     struct xpci_message *message)
{
    /* Open for writing too: so it does not end when its last writer goes. */
    int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC), rc;

    if ( fd < 0 )
    {
        rc = -errno;
        message_set(message, "cannot open %s: %s", path, strerror(-rc));
        return rc;
    }

    return events_open_fd(events, fd, message);
}

void events_close(struct events *events)
{
    if ( events )
        events->ops->close(events);
}
