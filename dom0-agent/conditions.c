/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <stdlib.h>

#include "conditions.h"
#include "log.h"

/* What is said when one of them ends. */
static const char *const ended[] = {
    [CONDITION_CONFIG] = "the configuration is in order again",
    [CONDITION_EVENTS] = "the kernel's events can be read again",
    [CONDITION_LOOK] = "dom0 and the hypervisor can be compared again",
    [CONDITION_CALLS] = "the hypervisor takes calls again",
    [CONDITION_JOURNAL] = "the journal can be written again",
    [CONDITION_DAMAGE] = "the journal is in order",
    [CONDITION_RECORD] = "the record is written again",
    [CONDITION_METRICS] = "the metrics can be written again",
    [CONDITION_XENSTORE] = "the report stands in xenstore again",
};

void conditions_init(struct conditions *conditions)
{
    *conditions = (struct conditions){ { NULL } };
}

void conditions_dispose(struct conditions *conditions)
{
    unsigned int i;

    for ( i = 0; i < CONDITIONS; i++ )
        free(conditions->text[i]);
    conditions_init(conditions);
}

void conditions_set(struct conditions *conditions, enum condition which,
                    const char *text, const char *todo)
{
    char *whole;

    if ( asprintf(&whole, "%s: %s", text, todo) < 0 )
    {
        log_error("%s", text);
        return;
    }
    if ( conditions->text[which] && !strcmp(conditions->text[which], whole) )
    {
        free(whole);
        return;
    }
    log_warning("%s", whole);
    free(conditions->text[which]);
    conditions->text[which] = whole;
}

void conditions_clear(struct conditions *conditions, enum condition which)
{
    if ( !conditions->text[which] )
        return;
    log_notice("%s", ended[which]);
    free(conditions->text[which]);
    conditions->text[which] = NULL;
}

int conditions_report(const struct conditions *conditions,
                      struct status *status)
{
    unsigned int i;
    int rc = 0;

    for ( i = 0; !rc && i < CONDITIONS; i++ )
    {
        if ( conditions->text[i] && i != CONDITION_XENSTORE )
            rc = status_add(status, "%s", conditions->text[i]);
    }

    return rc;
}
