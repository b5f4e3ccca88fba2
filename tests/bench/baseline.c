/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>

#include "baseline.h"
#include "measure.h"

struct baseline *baseline_new(void)
{
    struct baseline *baseline = calloc(1, sizeof(*baseline));

    must(baseline != NULL, "no memory");
    baseline->devices.next = baseline->devices.previous = &baseline->devices;
    must(!pthread_spin_init(&baseline->lock, PTHREAD_PROCESS_PRIVATE),
         "no lock");
    return baseline;
}

void baseline_free(struct baseline *baseline)
{
    while ( baseline->devices.next != &baseline->devices )
    {
        struct list_link *link = baseline->devices.next;

        baseline->devices.next = link->next;
        free(link);
    }
    pthread_spin_destroy(&baseline->lock);
    free(baseline);
}

struct baseline_device *baseline_lookup(struct baseline *baseline,
                                        uint32_t sbdf)
{
    struct list_link *link;

    for ( link = baseline->devices.next; link != &baseline->devices;
          link = link->next )
    {
        struct baseline_device *device = (struct baseline_device *)link;

        if ( device->sbdf == sbdf )
            return device;
    }
    return NULL;
}

void baseline_enter(struct baseline *baseline, uint32_t sbdf, bool is_bridge,
                    uint8_t secondary, uint8_t subordinate)
{
    struct baseline_device *device = calloc(1, sizeof(*device));
    unsigned int bus;

    must(device != NULL, "no memory");
    device->sbdf = sbdf;
    device->all.next = baseline->devices.next;
    device->all.previous = &baseline->devices;
    baseline->devices.next->previous = &device->all;
    baseline->devices.next = &device->all;
    if ( !is_bridge )
        return;
    pthread_spin_lock(&baseline->lock);
    for ( bus = secondary; bus <= subordinate; bus++ )
    {
        baseline->bus2bridge[bus].map = true;
        baseline->bus2bridge[bus].bus = (uint8_t)(sbdf >> 8);
        baseline->bus2bridge[bus].devfn = (uint8_t)sbdf;
    }
    pthread_spin_unlock(&baseline->lock);
}

bool baseline_upstream(struct baseline *baseline, uint8_t bus,
                       struct baseline_answer *answer)
{
    unsigned int left = BASELINE_STEPS;

    answer->aliased = false;
    pthread_spin_lock(&baseline->lock);
    for ( ; baseline->bus2bridge[bus].map && left; left-- )
    {
        answer->aliased = true;
        answer->secondary = bus;
        answer->devfn = baseline->bus2bridge[bus].devfn;
        answer->bus = baseline->bus2bridge[bus].bus;
        bus = answer->bus;
    }
    pthread_spin_unlock(&baseline->lock);
    return left;
}
