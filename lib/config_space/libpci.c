/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls into libpci that return on an error, where libpci itself does not.
 */
#include <endian.h>
#include <setjmp.h>
#include <stdlib.h>

#include "libpci.h"

/*
 * libpci's error function must not return and gets no context, so each thread
 * keeps where to jump to, and the message, while it calls libpci.
 */
static __thread jmp_buf *caller;
static __thread struct xpci_message error_message;

static void on_error(char *format, ...) __attribute__((noreturn));
static void on_error(char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    message_set_va(&error_message, format, arguments);
    va_end(arguments);
    if ( !caller )
        abort();
    longjmp(*caller, 1);
}

/* Probing what is not there is normal here, so libpci's warnings are noise. */
static void on_warning(char *format, ...)
{
    (void)format;
}

/* Call `call`: true, or false when libpci gave up, with `error_message`. */
static bool guarded(void (*call)(void *data), void *data)
{
    jmp_buf here;

    if ( setjmp(here) )
    {
        caller = NULL;
        return false;
    }
    caller = &here;
    call(data);
    caller = NULL;

    return true;
}

static void call_init(void *data)
{
    pci_init(data);
}

int libpci_open(struct pci_access **access, unsigned int method,
                const char *parameter, const char *value,
                struct xpci_message *message)
{
    char *value_copy = strdup(value), *parameter_copy = strdup(parameter);
    struct pci_access *made = NULL;
    int rc;

    if ( !value_copy || !parameter_copy )
    {
        message_set(message, "no memory");
        rc = -ENOMEM;
        goto out;
    }

    made = pci_alloc();
    made->method = (int)method;
    made->error = on_error;
    made->warning = on_warning;
    if ( pci_set_param(made, parameter_copy, value_copy) )
    {
        message_set(message, "libpci does not know \"%s\"", parameter);
        rc = -EIO;
        goto out;
    }
    if ( !guarded(call_init, made) )
    {
        message_set(message, "%s: libpci: %s", value, error_message.text);
        rc = -EIO;
        goto out;
    }
    *access = made;
    made = NULL;
    rc = 0;

out:
    if ( made )
        pci_cleanup(made);
    free(parameter_copy);
    free(value_copy);

    return rc;
}

void libpci_close(struct pci_access *access)
{
    if ( access )
        pci_cleanup(access);
}

struct device_call {
    struct pci_access *access;
    uint32_t sbdf;
    struct pci_dev *dev;
};

static void call_device(void *data)
{
    struct device_call *call = data;

    call->dev = pci_get_dev(call->access, XPCI_SEGMENT(call->sbdf),
                            XPCI_BUS(call->sbdf), (int)XPCI_DEV(call->sbdf),
                            (int)XPCI_FUNC(call->sbdf));
}

struct pci_dev *libpci_device(struct pci_access *access, uint32_t sbdf)
{
    struct device_call call = { access, sbdf, NULL };

    return guarded(call_device, &call) ? call.dev : NULL;
}

struct read_call {
    struct pci_dev *dev;
    int offset;
    void *buffer;
    int size;
    bool done;
};

static void call_read(void *data)
{
    struct read_call *call = data;

    call->done =
        pci_read_block(call->dev, call->offset, call->buffer, call->size);
}

bool libpci_read(struct pci_dev *dev, unsigned int offset, void *buffer,
                 unsigned int size)
{
    struct read_call call = { dev, (int)offset, buffer, (int)size, false };

    return guarded(call_read, &call) && call.done;
}

uint32_t libpci_read_dword(void *dev, unsigned int offset)
{
    uint32_t dword;

    return libpci_read(dev, offset, &dword, sizeof(dword)) ? le32toh(dword)
                                                           : 0xffffffffU;
}
