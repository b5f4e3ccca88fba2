/* SPDX-License-Identifier: GPL-2.0-only */
/* Configuration files of any bytes. */
#include <unistd.h>

#include "../../dom0-agent/conf.h"
#include "bytes.h"

static void complain(void *data, const char *text)
{
    unsigned int *complaints = data;

    (void)text;
    ++*complaints;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned int complaints = 0;
    char path[FUZZ_PATH_LENGTH];
    struct conf conf;
    int fd, rc;

    if ( size > FUZZ_MOST )
        return 0;
    fd = bytes_file(data, size, path);
    if ( conf_init(&conf) )
        fuzz_found("no memory");
    rc = conf_read(&conf, path, complain, &complaints);
    if ( rc > 0 || !rc != !complaints )
        fuzz_found("reading returned %d, with %u complaints", rc, complaints);
    if ( !rc && conf.retry_most < conf.retry_first )
        fuzz_found("retries from %u to %u seconds", conf.retry_first,
                   conf.retry_most);
    conf_dispose(&conf);
    (void)close(fd);

    return 0;
}
