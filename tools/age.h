/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether the Xen that runs is older than an installed one. */
#ifndef XL_PCI_AGE_H
#define XL_PCI_AGE_H

#include "hypervisor/xen_build.h"
#include "json.h"

/* The Xen that runs, the images that are installed, and what follows. */
struct age {
    bool asked; /* false: this hypervisor is not what was booted here */
    struct xen_build running;
    struct xen_images images;
    const struct xen_image *newer;
    enum xen_age age;
};

/*
 * Look, when the hypervisor in use is the Xen of this machine (`real`).  What
 * cannot be found out makes the age unknown, and no error.
 */
void age_look(struct age *age, bool real);

/* A line to standard output, or none. */
void age_print(const struct age *age);

/* "running": version, build, age, newer; nothing when it was not asked. */
void age_json(const struct age *age, struct json_writer *json);

#endif /* XL_PCI_AGE_H */
