/* SPDX-License-Identifier: GPL-2.0-only */
/* The build of Xen that runs, by libxenctrl, and the one in an image. */
#include <ctype.h>
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define __XEN_TOOLS__ 1
#include <xenctrl.h>

#include "xen_build.h"

#define CODEVIEW_SIGNATURE 16

static void set_id(struct xen_build *build, const uint8_t *bytes, size_t length)
{
    size_t i;

    if ( length > XEN_BUILD_ID_LENGTH / 2 )
        return;
    for ( i = 0; i < length; i++ )
        sprintf(build->id + 2 * i, "%02x", bytes[i]);
}

int xen_build_running(struct xen_build *build)
{
    union {
        xen_build_id_t id;
        uint8_t room[sizeof(xen_build_id_t) + XEN_BUILD_ID_LENGTH];
    } answer = { .id = { .len = XEN_BUILD_ID_LENGTH } };
    xen_extraversion_t extra = "";
    xc_interface *xc;
    int version, length, rc;

    *build = (struct xen_build){ .id = "" };
    xc = xc_interface_open(NULL, NULL, 0);
    if ( !xc )
        return errno ? -errno : -EIO;
    version = xc_version(xc, XENVER_version, NULL);
    if ( version < 0 || xc_version(xc, XENVER_extraversion, extra) < 0 )
    {
        rc = errno ? -errno : -EIO;
        goto out;
    }
    snprintf(build->version, sizeof(build->version), "%d.%d%.*s", version >> 16,
             version & 0xffff, (int)sizeof(extra) - 1, extra);
    length = xc_version(xc, XENVER_build_id, &answer.id);
    if ( length > 0 )
        set_id(build, answer.id.buf, (size_t)length);
    rc = 0;

out:
    xc_interface_close(xc);
    return rc;
}

/* A part of an image that is inside of it. */
struct part {
    const uint8_t *data;
    size_t length;
};

static bool is_inside(struct part image, uint64_t offset, uint64_t length)
{
    return offset <= image.length && length <= image.length - offset;
}

/* The build ID among the notes of a segment. */
static bool find_note(struct xen_build *build, struct part notes)
{
    size_t at = 0;

    while ( notes.length - at >= sizeof(Elf32_Nhdr) )
    {
        uint64_t name, content, end;
        Elf32_Nhdr note;

        memcpy(&note, notes.data + at, sizeof(note));
        name = at + sizeof(note);
        content = name + ((note.n_namesz + 3ULL) & ~3ULL);
        end = content + ((note.n_descsz + 3ULL) & ~3ULL);
        if ( content > notes.length || note.n_descsz > notes.length - content )
            return false;
        if ( note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
             !memcmp(notes.data + name, "GNU", 4) )
        {
            set_id(build, notes.data + content, note.n_descsz);
            return true;
        }
        if ( end > notes.length )
            return false;
        at = end;
    }
    return false;
}

static void find_id(struct xen_build *build, struct part image)
{
    Elf32_Ehdr header;
    Elf32_Phdr segment;
    unsigned int i;

    if ( image.length < sizeof(header) )
        return;
    memcpy(&header, image.data, sizeof(header));
    if ( header.e_phentsize != sizeof(segment) )
        return;
    for ( i = 0; i < header.e_phnum; i++ )
    {
        uint64_t offset = header.e_phoff + (uint64_t)i * sizeof(segment);

        if ( !is_inside(image, offset, sizeof(segment)) )
            return;
        memcpy(&segment, image.data + offset, sizeof(segment));
        if ( segment.p_type == PT_NOTE &&
             is_inside(image, segment.p_offset, segment.p_filesz) &&
             find_note(build, (struct part){ image.data + segment.p_offset,
                                             segment.p_filesz }) )
            return;
    }
}

/* Of an EFI program Xen takes the signature of its CodeView entry. */
static void find_signature(struct xen_build *build, struct part image)
{
    static const uint8_t mark[] = { 'R', 'S', 'D', 'S' },
                         first[] = { 1, 0, 0, 0 };
    const uint8_t *end = image.data + image.length, *at = image.data;

    while ( (at = memmem(at, (size_t)(end - at), mark, sizeof(mark))) )
    {
        at += sizeof(mark);
        if ( end - at >= CODEVIEW_SIGNATURE + (ptrdiff_t)sizeof(first) &&
             !memcmp(at + CODEVIEW_SIGNATURE, first, sizeof(first)) )
        {
            set_id(build, at, CODEVIEW_SIGNATURE);
            return;
        }
    }
}

/* Xen's EFI loader greets in UTF-16: "Xen 4.17.7 (c/s ...) EFI loader". */
static void find_version(struct xen_build *build, struct part image)
{
    static const uint8_t greeting[] = { 'X', 0, 'e', 0, 'n', 0, ' ', 0 };
    const uint8_t *end = image.data + image.length, *at = image.data;

    while ( (at = memmem(at, (size_t)(end - at), greeting, sizeof(greeting))) )
    {
        char version[XEN_BUILD_VERSION_LENGTH + 1];
        size_t length = 0;

        at += sizeof(greeting);
        while ( end - at >= 2 && length < XEN_BUILD_VERSION_LENGTH && !at[1] &&
                isgraph(at[0]) )
        {
            version[length++] = (char)at[0];
            at += 2;
        }
        version[length] = '\0';
        if ( isdigit((unsigned char)version[0]) && end - at >= 2 &&
             at[0] == ' ' && strchr(version, '.') )
        {
            memcpy(build->version, version, length + 1);
            return;
        }
    }
}

void xen_build_of_image(struct xen_build *build, const uint8_t *data,
                        size_t length)
{
    struct part image = { data, length };

    *build = (struct xen_build){ .id = "" };
    if ( length >= EI_NIDENT && !memcmp(data, ELFMAG, SELFMAG) &&
         data[EI_CLASS] == ELFCLASS32 && data[EI_DATA] == ELFDATA2LSB )
        find_id(build, image);
    else if ( length >= 2 && data[0] == 'M' && data[1] == 'Z' )
        find_signature(build, image);
    else
        return;
    find_version(build, image);
}
