/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Opens files that people give us, and unpacks what gzip or xz wrote.
 */
#include <stdlib.h>

#include <lzma.h>
#include <zlib.h>

#include "input.h"

#define CHUNK 65536U
/* The largest preset of xz needs 65 MiB. */
#define XZ_MEMORY (UINT64_C(256) << 20)
/* zlib: the largest window, and a header of gzip's. */
#define GZIP_WINDOW (MAX_WBITS + 16)

/* Neither begins a text. */
#define GZIP_FIRST 0x1f
#define XZ_FIRST 0xfd

struct unpacker {
    FILE *packed;
    bool is_xz;
    bool ended;
    z_stream gzip;
    lzma_stream xz;
    uint64_t unpacked;
    uint8_t chunk[CHUNK];
};

static int failed(int error)
{
    errno = error;

    return -1;
}

/* The next bytes of the file: their number, or -1 and errno. */
static ssize_t more(struct unpacker *unpacker)
{
    size_t got = fread(unpacker->chunk, 1, CHUNK, unpacker->packed);

    if ( !got && ferror(unpacker->packed) )
        return failed(errno ? errno : EIO);

    return (ssize_t)got;
}

/* What is in the file after the end of a member: another one, or nothing. */
static int next_member(struct unpacker *unpacker)
{
    z_stream *gzip = &unpacker->gzip;

    if ( !gzip->avail_in )
    {
        ssize_t got = more(unpacker);

        if ( got < 0 )
            return -1;
        gzip->next_in = unpacker->chunk;
        gzip->avail_in = (uInt)got;
    }
    unpacker->ended = !gzip->avail_in;
    if ( !unpacker->ended && inflateReset(gzip) != Z_OK )
        return failed(EBADMSG);

    return 0;
}

/* One step: 0, or -1 and errno. */
static int step_gzip(struct unpacker *unpacker)
{
    z_stream *gzip = &unpacker->gzip;
    int result;

    if ( !gzip->avail_in )
    {
        ssize_t got = more(unpacker);

        if ( got <= 0 )
            return got ? -1 : failed(ENODATA);
        gzip->next_in = unpacker->chunk;
        gzip->avail_in = (uInt)got;
    }
    result = inflate(gzip, Z_NO_FLUSH);
    if ( result == Z_STREAM_END )
        return next_member(unpacker);
    if ( result == Z_MEM_ERROR )
        return failed(ENOMEM);

    return result == Z_OK ? 0 : failed(EBADMSG);
}

static int step_xz(struct unpacker *unpacker)
{
    lzma_stream *xz = &unpacker->xz;
    lzma_action action = LZMA_RUN;

    if ( !xz->avail_in )
    {
        ssize_t got = more(unpacker);

        if ( got < 0 )
            return -1;
        xz->next_in = unpacker->chunk;
        xz->avail_in = (size_t)got;
        if ( !got )
            action = LZMA_FINISH;
    }
    switch ( lzma_code(xz, action) )
    {
    case LZMA_OK:
        return 0;
    case LZMA_STREAM_END:
        unpacker->ended = true;
        return 0;
    case LZMA_BUF_ERROR:
        return failed(ENODATA);
    case LZMA_MEM_ERROR:
    case LZMA_MEMLIMIT_ERROR:
        return failed(ENOMEM);
    default:
        return failed(EBADMSG);
    }
}

static ssize_t unpack(void *cookie, char *buffer, size_t size)
{
    struct unpacker *unpacker = cookie;
    size_t left = size;

    while ( left == size && !unpacker->ended )
    {
        int rc;

        if ( unpacker->is_xz )
        {
            unpacker->xz.next_out = (uint8_t *)buffer;
            unpacker->xz.avail_out = size;
            rc = step_xz(unpacker);
            left = unpacker->xz.avail_out;
        }
        else
        {
            unpacker->gzip.next_out = (Bytef *)buffer;
            unpacker->gzip.avail_out = (uInt)size;
            rc = step_gzip(unpacker);
            left = unpacker->gzip.avail_out;
        }
        if ( rc )
            return -1;
    }
    unpacker->unpacked += size - left;
    if ( unpacker->unpacked > INPUT_MOST )
        return failed(EFBIG);

    return (ssize_t)(size - left);
}

static int close_unpacker(void *cookie)
{
    struct unpacker *unpacker = cookie;

    if ( unpacker->is_xz )
        lzma_end(&unpacker->xz);
    else
        inflateEnd(&unpacker->gzip);
    input_close(unpacker->packed);
    free(unpacker);

    return 0;
}

static bool unpacker_init(struct unpacker *unpacker)
{
    if ( !unpacker->is_xz )
        return inflateInit2(&unpacker->gzip, GZIP_WINDOW) == Z_OK;
    unpacker->xz = (lzma_stream)LZMA_STREAM_INIT;

    return lzma_stream_decoder(&unpacker->xz, XZ_MEMORY, LZMA_CONCATENATED) ==
           LZMA_OK;
}

static int open_unpacker(FILE **in, FILE *packed, bool is_xz)
{
    static const cookie_io_functions_t functions = { .read = unpack,
                                                     .close = close_unpacker };
    struct unpacker *unpacker = calloc(1, sizeof(*unpacker));

    if ( !unpacker )
        return -ENOMEM;
    unpacker->packed = packed;
    unpacker->is_xz = is_xz;
    if ( !unpacker_init(unpacker) )
    {
        free(unpacker);
        return -ENOMEM;
    }
    *in = fopencookie(unpacker, "r", functions);
    if ( *in )
        return 0;
    unpacker->packed = NULL;
    close_unpacker(unpacker);

    return -ENOMEM;
}

int input_open(FILE **in, const char *path)
{
    FILE *file = strcmp(path, "-") ? fopen(path, "re") : stdin;
    int first, rc = 0;

    if ( !file )
        return -errno;
    first = getc(file);
    /* Who reads it has an error again, and says so. */
    if ( first == EOF )
        clearerr(file);
    else if ( ungetc(first, file) == EOF )
        rc = -EIO;
    if ( first == GZIP_FIRST || first == XZ_FIRST )
        rc = open_unpacker(in, file, first == XZ_FIRST);
    else
        *in = file;
    if ( rc )
        input_close(file);

    return rc;
}

void input_close(FILE *in)
{
    if ( in && in != stdin )
        fclose(in);
}

const char *input_error(int error)
{
    switch ( error )
    {
    case EBADMSG:
        return "what gzip or xz packed is broken";
    case ENODATA:
        return "what gzip or xz packed ends too early";
    case EFBIG:
        return "unpacked it has more than 4 GiB";
    default:
        return strerror(error);
    }
}
