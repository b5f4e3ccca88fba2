/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bounded queue of texts, and the thread that passes them on.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "message.h"
#include "outlet.h"

struct outlet_text {
    unsigned int kind;
    char *text;
};

struct outlet {
    outlet_write *write;
    void *data;
    int news;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* With the lock held. */
    struct outlet_text waiting[OUTLET_MOST];
    size_t count;
    unsigned long lost;
    bool ends;
    int result;
    struct xpci_message message;
};

/*
 * A text to pass on (NULL: so many were lost); false: there is none, and none
 * will come.
 */
static bool take(struct outlet *outlet, struct outlet_text *taken,
                 unsigned long *lost)
{
    while ( !outlet->count && !outlet->lost && !outlet->ends )
        pthread_cond_wait(&outlet->changed, &outlet->lock);
    *lost = outlet->lost;
    outlet->lost = 0;
    *taken = (struct outlet_text){ OUTLET_LOST, NULL };
    if ( *lost )
        return true;
    if ( !outlet->count )
        return false;
    *taken = outlet->waiting[0];
    outlet->count--;
    memmove(outlet->waiting, outlet->waiting + 1,
            outlet->count * sizeof(*outlet->waiting));

    return true;
}

static void note(struct outlet *outlet, int rc,
                 const struct xpci_message *message)
{
    const uint64_t one = 1;
    bool changed = !rc != !outlet->result;

    outlet->result = rc;
    outlet->message = *message;
    /* It fails where the counter is full: who reads it is told already. */
    if ( changed && outlet->news >= 0 )
        (void)!write(outlet->news, &one, sizeof(one));
}

static void *pass_on(void *data)
{
    struct xpci_message message = { "" };
    struct outlet *outlet = data;
    struct outlet_text text;
    unsigned long lost;

    pthread_mutex_lock(&outlet->lock);
    while ( take(outlet, &text, &lost) )
    {
        char number[24];
        int rc;

        pthread_mutex_unlock(&outlet->lock);
        snprintf(number, sizeof(number), "%lu", lost);
        rc = outlet->write(outlet->data, text.kind,
                           text.text ? text.text : number, &message);
        free(text.text);
        pthread_mutex_lock(&outlet->lock);
        note(outlet, rc, &message);
    }
    pthread_mutex_unlock(&outlet->lock);

    return NULL;
}

struct outlet *outlet_open(outlet_write *write, void *data, int news)
{
    struct outlet *outlet = calloc(1, sizeof(*outlet));

    if ( !outlet )
        return NULL;
    outlet->write = write;
    outlet->data = data;
    outlet->news = news;
    pthread_mutex_init(&outlet->lock, NULL);
    pthread_cond_init(&outlet->changed, NULL);
    if ( !pthread_create(&outlet->thread, NULL, pass_on, outlet) )
        return outlet;
    pthread_cond_destroy(&outlet->changed);
    pthread_mutex_destroy(&outlet->lock);
    free(outlet);

    return NULL;
}

/* The older one of its kind goes. */
static void replace(struct outlet *outlet, unsigned int kind)
{
    size_t i;

    for ( i = 0; i < outlet->count && outlet->waiting[i].kind != kind; i++ )
        ;
    if ( i == outlet->count )
        return;
    free(outlet->waiting[i].text);
    outlet->count--;
    memmove(outlet->waiting + i, outlet->waiting + i + 1,
            (outlet->count - i) * sizeof(*outlet->waiting));
}

void outlet_put(struct outlet *outlet, unsigned int kind, const char *text)
{
    char *copy = strdup(text);

    pthread_mutex_lock(&outlet->lock);
    if ( kind != OUTLET_EACH && copy )
        replace(outlet, kind);
    if ( !copy || outlet->count == OUTLET_MOST )
    {
        free(copy);
        outlet->lost++;
    }
    else
        outlet->waiting[outlet->count++] = (struct outlet_text){ kind, copy };
    pthread_cond_signal(&outlet->changed);
    pthread_mutex_unlock(&outlet->lock);
}

int outlet_result(struct outlet *outlet, struct xpci_message *message)
{
    int rc;

    pthread_mutex_lock(&outlet->lock);
    rc = outlet->result;
    *message = outlet->message;
    pthread_mutex_unlock(&outlet->lock);

    return rc;
}

void outlet_end(struct outlet *outlet)
{
    if ( !outlet )
        return;
    pthread_mutex_lock(&outlet->lock);
    outlet->ends = true;
    pthread_cond_signal(&outlet->changed);
    pthread_mutex_unlock(&outlet->lock);
}

bool outlet_close(struct outlet *outlet, uint64_t deadline)
{
    const struct timespec at = clock_timespec(deadline);

    if ( !outlet )
        return true;
    outlet_end(outlet);
    if ( pthread_clockjoin_np(outlet->thread, NULL, CLOCK_MONOTONIC, &at) )
        return false;
    pthread_cond_destroy(&outlet->changed);
    pthread_mutex_destroy(&outlet->lock);
    free(outlet);

    return true;
}
