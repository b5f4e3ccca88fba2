/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of any bytes for what `lspci -x` printed, and a boot on each. */
#include <unistd.h>

#include "boot.h"
#include "bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xpci_message message = { "" };
    struct config_space *space = NULL;
    char path[FUZZ_PATH_LENGTH];
    int fd, rc;

    if ( size > FUZZ_MOST )
        return 0;
    fd = bytes_file(data, size, path);
    rc = config_space_open_dump(&space, path, NULL, NULL, &message);
    if ( rc > 0 || (rc && !message.text[0]) )
        fuzz_found("open returned %d, and says '%s'", rc, message.text);
    if ( !rc )
        fuzz_boot(space);
    (void)close(fd);

    return 0;
}
