/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which build of Xen runs, which ones are installed, and whether an update
 * still waits for a reboot.
 */
#ifndef LIB_HYPERVISOR_XEN_BUILD_H
#define LIB_HYPERVISOR_XEN_BUILD_H

#include <time.h>

#include <xen-pci/embedded.h>

/* Where images are, and those of xen-pci-module-boot(8) below it. */
#define XEN_BUILD_BOOT "/boot"
#define XEN_BUILD_MODULE "xen-pci"

#define XEN_BUILD_ID_LENGTH 64 /* 20 bytes are usual: 40 digits */
#define XEN_BUILD_VERSION_LENGTH 40

/* Each is "" where it cannot be told. */
struct xen_build {
    char id[XEN_BUILD_ID_LENGTH + 1];           /* hexadecimal, lower case */
    char version[XEN_BUILD_VERSION_LENGTH + 1]; /* as "4.17.7" */
};

struct xen_image {
    char name[256]; /* below /boot */
    bool module;    /* one of xen-pci-module-boot's */
    time_t made;    /* when its content was written; packages keep it */
    struct xen_build build;
};

/* At most as many are looked at; initialised with {}; nothing to dispose. */
#define XEN_IMAGES_MAX 32
struct xen_images {
    struct xen_image items[XEN_IMAGES_MAX];
    size_t count;
};

enum xen_age {
    XEN_AGE_UNKNOWN, /* there is nothing to compare */
    XEN_AGE_CURRENT, /* what runs is installed, and nothing newer is */
    XEN_AGE_GONE,    /* what runs is not installed any more */
    XEN_AGE_OLDER,   /* what runs is installed, and so is a newer stock Xen */
};

/*
 * The build that runs, through libxenctrl.  Only dom0 is told the build ID.
 * 0, or a negative errno value.
 */
int __must_check xen_build_running(struct xen_build *build);

/*
 * The build that is in `data`, an unpacked image as a boot loader takes it
 * (32-bit ELF, little-endian) or as EFI does (PE).  The ID is that of its
 * PT_NOTE segments or CodeView entry, the version that of its EFI greeting.
 * What is not there is "".
 */
void xen_build_of_image(struct xen_build *build, const uint8_t *data,
                        size_t length);

/*
 * The images in the directory `boot` (xen-*.gz, xen-*.efi) and in its
 * subdirectory XEN_BUILD_MODULE, where the name has the version.  Links to
 * another of them are left out, files that cannot be read or unpacked have an
 * empty build.
 * 0, or a negative errno value: `boot` cannot be read, or no memory.
 */
int __must_check xen_images_find(struct xen_images *images, const char *boot);

/*
 * How old is `running` beside `images`?  `*newer` is the image that
 * XEN_AGE_OLDER is about, NULL otherwise.  A stock image is newer by its
 * version, or with the same version when it was made later.
 */
enum xen_age xen_build_age(const struct xen_build *running,
                           const struct xen_images *images,
                           const struct xen_image **newer);

/* Less than, equal to or greater than 0, as "4.17.5" and "4.17.6-pre" are. */
int xen_build_compare(const char *first, const char *second);

/* "current", "gone", "older", "unknown". */
const char *xen_age_name(enum xen_age age);

/* A sentence on what GONE and OLDER mean and what to do; "" for the others. */
void xen_age_words(struct xpci_message *message, enum xen_age age,
                   const struct xen_build *running,
                   const struct xen_image *newer);

#endif /* LIB_HYPERVISOR_XEN_BUILD_H */
