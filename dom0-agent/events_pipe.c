/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <xen-pci/snapshot.h>

#include "events.h"
#include "message.h"

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
