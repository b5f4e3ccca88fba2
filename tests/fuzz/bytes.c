/* SPDX-License-Identifier: GPL-2.0-only */
#include "bytes.h"

#include <err.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

uint8_t bytes_u8(struct bytes *bytes)
{
    if ( !bytes->left )
        return 0;
    bytes->left--;

    return *bytes->next++;
}

uint16_t bytes_u16(struct bytes *bytes)
{
    uint8_t low = bytes_u8(bytes);

    return (uint16_t)(low | bytes_u8(bytes) << 8);
}

uint32_t bytes_u32(struct bytes *bytes)
{
    uint16_t low = bytes_u16(bytes);

    return low | (uint32_t)bytes_u16(bytes) << 16;
}

unsigned int bytes_choice(struct bytes *bytes, unsigned int count)
{
    return bytes_u8(bytes) % count;
}

char *bytes_text(struct bytes *bytes, char *text, size_t size)
{
    size_t length = 0;
    uint8_t byte;

    while ( bytes->left && (byte = bytes_u8(bytes)) )
        if ( length < size - 1 )
            text[length++] = (char)byte;
    text[length] = '\0';

    return text;
}

int bytes_file(const uint8_t *data, size_t size, char *path)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);

    if ( fd < 0 || write(fd, data, size) != (ssize_t)size ||
         lseek(fd, 0, SEEK_SET) )
        err(2, "no file in memory");
    (void)snprintf(path, FUZZ_PATH_LENGTH, "/proc/self/fd/%d", fd);

    return fd;
}

FILE *bytes_nowhere(void)
{
    static FILE *nowhere;

    if ( !nowhere )
        nowhere = fopen("/dev/null", "w");
    if ( !nowhere )
        err(2, "/dev/null");

    return nowhere;
}

void fuzz_found(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
    abort();
}
