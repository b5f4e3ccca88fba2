/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The build of Xen that runs, beside the images in a /boot made here.
 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include <zlib.h>

#include "hypervisor/xen_build.h"
#include "suites.h"

#define ID_SIZE 20

/* An image as small as can be: header, one segment of notes, a greeting. */
struct small_image {
    Elf32_Ehdr header;
    Elf32_Phdr segment;
    struct {
        Elf32_Nhdr header;
        char name[4];
        uint8_t id[ID_SIZE];
    } note;
    uint8_t greeting[128];
};

static void make_image(struct small_image *image, uint8_t id,
                       const char *version)
{
    char text[64];
    size_t i;

    memset(image, 0, sizeof(*image));
    memcpy(image->header.e_ident, ELFMAG, SELFMAG);
    image->header.e_ident[EI_CLASS] = ELFCLASS32;
    image->header.e_ident[EI_DATA] = ELFDATA2LSB;
    image->header.e_phoff = offsetof(struct small_image, segment);
    image->header.e_phentsize = sizeof(image->segment);
    image->header.e_phnum = 1;
    image->segment.p_type = PT_NOTE;
    image->segment.p_offset = offsetof(struct small_image, note);
    image->segment.p_filesz = sizeof(image->note);
    image->note.header.n_namesz = 4;
    image->note.header.n_descsz = ID_SIZE;
    image->note.header.n_type = 3;
    memcpy(image->note.name, "GNU", 4);
    memset(image->note.id, id, ID_SIZE);
    if ( !version )
        return;
    /* The first is none: words that look alike are passed over. */
    snprintf(text, sizeof(text), "Xen is Xen %s (c/s ) EFI", version);
    for ( i = 0; text[i]; i++ )
        image->greeting[2 * i] = (uint8_t)text[i];
}

static const char *id_text(uint8_t byte)
{
    static char text[2 * ID_SIZE + 1];
    size_t i;

    for ( i = 0; i < ID_SIZE; i++ )
        sprintf(text + 2 * i, "%02x", byte);
    return text;
}

static void test_image(void)
{
    struct small_image image;
    struct xen_build build;
    size_t length;

    make_image(&image, 0xab, "4.17.7");
    xen_build_of_image(&build, (uint8_t *)&image, sizeof(image));
    ASSERT_TEXT(build.id, id_text(0xab), "build ID");
    ASSERT_TEXT(build.version, "4.17.7", "version");

    make_image(&image, 0xab, "unstable");
    xen_build_of_image(&build, (uint8_t *)&image, sizeof(image));
    ASSERT_TEXT(build.version, "", "no version");

    make_image(&image, 0xab, "4.17-a-version-without-an-end-at-all-12345");
    xen_build_of_image(&build, (uint8_t *)&image, sizeof(image));
    ASSERT_TEXT(build.version, "", "an endless version");

    /* An EFI program; the first of the two words is only a constant. */
    make_image(&image, 0, "4.17.7");
    memcpy(&image, "MZ", 2);
    memset(&image.note, 0, sizeof(image.note));
    memcpy(&image.note, "RSDSRSDS\x12\x34", 10);
    image.note.id[8] = 1;
    xen_build_of_image(&build, (uint8_t *)&image, sizeof(image));
    ASSERT_TEXT(build.id, "12340000000000000000000000000000", "signature");
    ASSERT_TEXT(build.version, "4.17.7", "version");

    make_image(&image, 0xab, NULL);
    image.header.e_ident[EI_CLASS] = ELFCLASS64;
    xen_build_of_image(&build, (uint8_t *)&image, sizeof(image));
    ASSERT_TEXT(build.id, "", "another class");

    /* Cut anywhere: nothing outside is read (the sanitizer looks). */
    make_image(&image, 0xab, "4.17.7");
    for ( length = 0; length < sizeof(image); length++ )
    {
        uint8_t *cut = malloc(length ? length : 1);

        CU_ASSERT_PTR_NOT_NULL_FATAL(cut);
        memcpy(cut, &image, length);
        xen_build_of_image(&build, cut, length);
        CU_ASSERT(!build.id[0] ||
                  length >= offsetof(struct small_image, greeting));
        free(cut);
    }
}

/* Sizes and offsets that are anything. */
static void test_damaged_image(void)
{
    static const uint32_t odd[] = {
        0, 1, 19, 21, 0xffff, 0x7fffffff, 0xfffffffd, UINT32_MAX
    };
    struct small_image image;
    struct xen_build build;
    unsigned int field, i;

    for ( field = 0; field < 6; field++ )
        for ( i = 0; i < sizeof(odd) / sizeof(*odd); i++ )
        {
            make_image(&image, 0xab, "4.17.7");
            switch ( field )
            {
            case 0:
                image.header.e_phoff = odd[i];
                break;
            case 1:
                image.header.e_phnum = (uint16_t)odd[i];
                break;
            case 2:
                image.segment.p_offset = odd[i];
                break;
            case 3:
                image.segment.p_filesz = odd[i];
                break;
            case 4:
                image.note.header.n_namesz = odd[i];
                break;
            default:
                image.note.header.n_descsz = odd[i];
                break;
            }
            xen_build_of_image(&build, (uint8_t *)&image, sizeof(image));
            CU_ASSERT(strlen(build.id) <= XEN_BUILD_ID_LENGTH);
            ASSERT_TEXT(build.version, "4.17.7", "version");
            /* An ID that ends outside of its segment is none. */
            if ( field == 3 && odd[i] < sizeof(image.note) )
                ASSERT_TEXT(build.id, "", "cut build ID");
        }
}

static char boot[64];

static void place(const char *name, uint8_t id, const char *version,
                  time_t made)
{
    struct utimbuf times = { made, made };
    struct small_image image;
    char path[256];
    gzFile file;

    snprintf(path, sizeof(path), "%s/%s", boot, name);
    make_image(&image, id, version);
    file = gzopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL(gzwrite(file, &image, sizeof(image)), sizeof(image));
    CU_ASSERT_EQUAL(gzclose(file), Z_OK);
    CU_ASSERT_EQUAL(utime(path, &times), 0);
}

static void take_away(const char *name)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", boot, name);
    CU_ASSERT_EQUAL(remove(path), 0);
}

/* Age, newer image and words of a running build beside what is in boot. */
static void expect_age(uint8_t id, const char *version, enum xen_age expected,
                       const char *newer_name, const char *words)
{
    struct xen_build running = { .id = "" };
    struct xpci_message message;
    const struct xen_image *newer;
    struct xen_images images;
    enum xen_age age;

    if ( id )
        snprintf(running.id, sizeof(running.id), "%s", id_text(id));
    snprintf(running.version, sizeof(running.version), "%s", version);
    CU_ASSERT_EQUAL_FATAL(xen_images_find(&images, boot), 0);
    age = xen_build_age(&running, &images, &newer);
    ASSERT_TEXT(xen_age_name(age), xen_age_name(expected), version);
    ASSERT_TEXT(newer ? newer->name : "none", newer_name, version);
    xen_age_words(&message, age, &running, newer);
    ASSERT_TEXT(message.text, words, version);
}

static void test_age(void)
{
    static const char gone[] =
        "the running Xen 4.17.5 is not the installed one: an update takes "
        "effect with a reboot";

    /* Nothing is installed, or nobody knows what runs. */
    expect_age(1, "4.17.5", XEN_AGE_UNKNOWN, "none", "");
    place("xen-4.17-amd64.gz", 1, "4.17.5", 1000);
    expect_age(0, "4.17.5", XEN_AGE_UNKNOWN, "none", "");
    expect_age(1, "4.17.5", XEN_AGE_CURRENT, "none", "");

    /* An update of the stock Xen, before the reboot. */
    place("xen-4.17-amd64.gz", 2, "4.17.7", 2000);
    expect_age(1, "4.17.5", XEN_AGE_GONE, "none", gone);
    expect_age(2, "4.17.7", XEN_AGE_CURRENT, "none", "");

    /* An older one that is still there is no news; a newer one is. */
    place("xen-4.14-amd64.gz", 3, "4.14.6", 3000);
    expect_age(2, "4.17.7", XEN_AGE_CURRENT, "none", "");
    expect_age(3, "4.14.6", XEN_AGE_OLDER, "xen-4.17-amd64.gz",
               "the running Xen 4.14.6 is older than the installed stock Xen "
               "4.17.7 (xen-4.17-amd64.gz): boot that, or build the module "
               "with its source");

    take_away("xen-4.14-amd64.gz");
}

/* With the module: the stock Xen beside it may have got an update. */
static void test_module(void)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/xen-pci", boot);
    CU_ASSERT_EQUAL_FATAL(mkdir(path, 0700), 0);
    place("xen-4.17-amd64.gz", 2, "4.17.7", 2000);
    place("xen-pci/xen-4.17.7-090909090909.gz", 9, NULL, 2500);
    expect_age(9, "4.17.7", XEN_AGE_CURRENT, "none", "");
    /* That a module is installed makes no stock Xen old. */
    expect_age(2, "4.17.7", XEN_AGE_CURRENT, "none", "");

    /* The same version, made later: a security update. */
    place("xen-4.17-amd64.gz", 5, "4.17.7", 3000);
    expect_age(9, "4.17.7", XEN_AGE_OLDER, "xen-4.17-amd64.gz",
               "the running Xen 4.17.7 is older than the installed stock Xen "
               "4.17.7 (xen-4.17-amd64.gz): boot that, or build the module "
               "with its source");
    place("xen-4.17-amd64.gz", 5, "4.17.8-pre", 1000);
    expect_age(9, "4.17.7", XEN_AGE_OLDER, "xen-4.17-amd64.gz",
               "the running Xen 4.17.7 is older than the installed stock Xen "
               "4.17.8-pre (xen-4.17-amd64.gz): boot that, or build the "
               "module with its source");
    take_away("xen-pci/xen-4.17.7-090909090909.gz");
    take_away("xen-pci");
}

static void test_find(void)
{
    struct xen_images images;
    char path[256], name[32];
    unsigned int i;
    FILE *file;

    /* What is no image, and links, are passed over. */
    place("xen-4.17-amd64.config", 1, "4.17.7", 0);
    place("xen.gz", 1, "4.17.7", 0);
    snprintf(path, sizeof(path), "%s/xen-4.gz", boot);
    CU_ASSERT_EQUAL(symlink("xen-4.17-amd64.gz", path), 0);
    CU_ASSERT_EQUAL(xen_images_find(&images, boot), 0);
    CU_ASSERT_EQUAL_FATAL(images.count, 1);
    ASSERT_TEXT(images.items[0].name, "xen-4.17-amd64.gz", "the image");
    take_away("xen-4.17-amd64.config");
    take_away("xen.gz");
    take_away("xen-4.gz");

    /* A file that is no image may be what runs. */
    snprintf(path, sizeof(path), "%s/xen-4.18-amd64.gz", boot);
    file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT(fputs("\x1f\x8b damaged", file) >= 0);
    CU_ASSERT_EQUAL(fclose(file), 0);
    expect_age(7, "4.18.0", XEN_AGE_UNKNOWN, "none", "");
    take_away("xen-4.18-amd64.gz");

    for ( i = 0; i < XEN_IMAGES_MAX + 5; i++ )
    {
        snprintf(name, sizeof(name), "xen-4.%u-many.gz", i);
        place(name, 1, "4.17.7", 0);
    }
    CU_ASSERT_EQUAL(xen_images_find(&images, boot), 0);
    CU_ASSERT_EQUAL(images.count, XEN_IMAGES_MAX);
    for ( i = 0; i < XEN_IMAGES_MAX + 5; i++ )
    {
        snprintf(name, sizeof(name), "xen-4.%u-many.gz", i);
        take_away(name);
    }
    take_away("xen-4.17-amd64.gz");
    CU_ASSERT_EQUAL(rmdir(boot), 0);
    CU_ASSERT_EQUAL(xen_images_find(&images, boot), -ENOENT);
    CU_ASSERT_EQUAL(images.count, 0);
}

static void test_compare(void)
{
    static const struct {
        const char *less, *more;
    } pairs[] = {
        { "4.9.1", "4.17.0" },      { "4.17.5", "4.17.7" },
        { "4.17.7", "4.17.10" },    { "4.17.8-pre", "4.17.8" },
        { "4.17.7", "4.17.8-pre" }, { "4.20-rc", "4.20.0" },
        { "4.17", "4.17.1" },       { "4.17.7", "4.20.4" },
    };
    size_t i;

    for ( i = 0; i < sizeof(pairs) / sizeof(*pairs); i++ )
    {
        CU_ASSERT(xen_build_compare(pairs[i].less, pairs[i].more) < 0);
        CU_ASSERT(xen_build_compare(pairs[i].more, pairs[i].less) > 0);
        CU_ASSERT(!xen_build_compare(pairs[i].less, pairs[i].less));
    }
}

static void test_boot(void)
{
    snprintf(boot, sizeof(boot), "/tmp/xen-pci-boot-XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(boot));
    test_age();
    test_module();
    test_find();
}

CU_TestInfo build_tests[] = {
    { "an image", test_image },
    { "a damaged image", test_damaged_image },
    { "versions", test_compare },
    { "installed images beside the running one", test_boot },
    CU_TEST_INFO_NULL,
};
