/* SPDX-License-Identifier: GPL-2.0-only */
/* Says whether the Xen that runs is older than an installed one. */
#include <stdio.h>

#include "age.h"
#include "text.h"

void age_look(struct age *age, bool real)
{
    age->asked = real;
    age->newer = NULL;
    age->age = XEN_AGE_UNKNOWN;
    if ( real && !xen_build_running(&age->running) &&
         !xen_images_find(&age->images, XEN_BUILD_BOOT) )
        age->age = xen_build_age(&age->running, &age->images, &age->newer);
}

void age_print(const struct age *age)
{
    struct xpci_message message;

    if ( !age->asked )
        return;
    xen_age_words(&message, age->age, &age->running, age->newer);
    if ( message.text[0] )
        printf("%supdate:%s %s\n", colour(COLOUR_BAD), colour(COLOUR_PLAIN),
               message.text);
}

void age_json(const struct age *age, struct json_writer *json)
{
    if ( !age->asked )
        return;
    json_open(json, "running", '{');
    json_text(json, "version", age->running.version);
    json_text(json, "build", age->running.id);
    json_text(json, "age", xen_age_name(age->age));
    json_text(json, "newer", age->newer ? age->newer->name : NULL);
    json_close(json);
}
