/* SPDX-License-Identifier: GPL-2.0-only */
/* Traces of any bytes, on the module and on the model of a stock Xen. */
#include <unistd.h>

#include <xen-pci/embedded.h>

#include "bytes.h"

static void replay(const char *path, enum trace_model model)
{
    struct xpci_message message = { "" };
    int rc = trace_replay(path, model, false, bytes_nowhere(), &message);

    if ( rc > 1 || (rc < 0 && !message.text[0]) )
        fuzz_found("replay returned %d, and says '%s'", rc, message.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[FUZZ_PATH_LENGTH];
    int fd;

    if ( size > FUZZ_MOST )
        return 0;
    fd = bytes_file(data, size, path);
    replay(path, TRACE_MODEL_MODULE);
    replay(path, TRACE_MODEL_STOCK);
    (void)close(fd);

    return 0;
}
