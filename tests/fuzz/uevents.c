/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Any bytes from the FIFO of events, in two writes, so that a line may be cut
 * anywhere.  (The kernel's own uevents are parsed by libudev.)
 */
#include <err.h>
#include <unistd.h>

#include "../../dom0-agent/events.h"
#include "bytes.h"

static unsigned int drain(struct events *events)
{
    struct xpci_message message = { "" };
    unsigned int count = 0;
    struct event event;
    int rc;

    while ( (rc = events->ops->next(events, &event, &message)) == 1 )
    {
        if ( (unsigned int)event.kind > EVENT_OVERFLOW )
            fuzz_found("an event of kind %u", event.kind);
        if ( ++count > FUZZ_MOST )
            fuzz_found("events do not end");
    }
    if ( rc < 0 && !message.text[0] )
        fuzz_found("next returned %d, and does not say why", rc);

    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xpci_message message = { "" };
    struct events *events = NULL;
    size_t first = size ? data[0] % size : 0;
    int fds[2], rc;

    if ( size > FUZZ_MOST )
        return 0;
    if ( pipe(fds) )
        err(2, "no pipe");
    rc = events_open_fd(&events, fds[0], &message);
    if ( rc )
        fuzz_found("open returned %d: %s", rc, message.text);
    if ( write(fds[1], data, first) != (ssize_t)first )
        err(2, "the pipe is full");
    drain(events);
    if ( write(fds[1], data + first, size - first) != (ssize_t)(size - first) )
        err(2, "the pipe is full");
    drain(events);
    (void)close(fds[1]);
    events_close(events);

    return 0;
}
