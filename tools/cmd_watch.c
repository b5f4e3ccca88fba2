/* SPDX-License-Identifier: GPL-2.0-only */
/* xl-pci watch: what xen-pcid reports, as it happens. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <xenstore.h>

#include "tool.h"
#include "xenstore.h"

struct watching {
    const char *path;
    struct xs_handle *handle;
    bool json;
    bool has_report;
    struct tree report; /* as it was told last */
};

struct event {
    const char *word;
    enum colour colour;
    const char *sbdf; /* the rest may be NULL */
    const char *from;
    const char *path;
    const char *text;
};

static void tell(const struct watching *watching, const struct event *event)
{
    char when[32] = "";
    time_t now = time(NULL);
    struct tm utc;

    if ( gmtime_r(&now, &utc) )
        strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &utc);
    if ( watching->json )
    {
        struct json_writer json;

        json_begin(&json, stdout);
        json_open(&json, NULL, '{');
        json_text(&json, "time", when);
        json_text(&json, "event", event->word);
        json_text(&json, "sbdf", event->sbdf);
        json_text(&json, "from", event->from);
        json_text(&json, "path", event->path);
        json_text(&json, "text", event->text);
        json_close(&json);
        (void)!json_end(&json); /* it said that the line is not whole */
        return;
    }
    printf("%s  %s%-7s%s", when, colour(event->colour), event->word,
           colour(COLOUR_PLAIN));
    if ( event->from )
        printf("  %s -> %s", event->from, event->sbdf);
    else if ( event->sbdf )
        printf("  %s", event->sbdf);
    if ( event->path )
        printf("  %s", event->path);
    if ( event->text )
        printf("  %s", event->text);
    putchar('\n');
}

/* "devices/0000-03-00-0" as "0000:03:00.0"; false: another key. */
static bool device_of(const char *key, const char *list, char *sbdf)
{
    size_t length = strlen(list);
    unsigned int segment, bus, slot, function;
    char more;

    if ( strncmp(key, list, length) || key[length] != '/' ||
         sscanf(key + length + 1, "%4x-%2x-%2x-%1x%c", &segment, &bus, &slot,
                &function, &more) != 4 )
        return false;
    xpci_sbdf_format(sbdf, XPCI_SBDF(segment, bus, (slot << 3) | function));
    return true;
}

static const char *value_of(const struct tree *tree, const char *key)
{
    const char *value = xenstore_value(tree, key);

    return value ? value : "";
}

static void tell_state(struct watching *watching, const struct tree *now)
{
    const char *state = value_of(now, "state");
    const char *text = value_of(now, "text");
    bool good = !strcmp(state, "in agreement");

    if ( watching->has_report &&
         !strcmp(state, value_of(&watching->report, "state")) &&
         !strcmp(text, value_of(&watching->report, "text")) )
        return;
    tell(watching, &(struct event){ .word = "state",
                                    .colour = good ? COLOUR_GOOD : COLOUR_ODD,
                                    .text = *text ? text : state });
}

/* A new renumbering: what moved; true if there is one. */
static bool tell_moves(struct watching *watching, const struct tree *now)
{
    static const char list[] = "renumbering/";
    size_t i;

    if ( !strcmp(value_of(now, "renumbering/time"),
                 value_of(&watching->report, "renumbering/time")) )
        return false;
    for ( i = 0; i < now->count; i++ )
    {
        const struct tree_entry *entry = &now->entries[i];
        char from[XPCI_SBDF_LENGTH], to[XPCI_SBDF_LENGTH];
        struct renumbered move;

        if ( strncmp(entry->key, list, strlen(list)) ||
             !renumbering_parse(entry->value, &move) )
            continue;
        xpci_sbdf_format(from, move.from);
        xpci_sbdf_format(to, move.to);
        tell(watching, &(struct event){ .word = "moved",
                                        .colour = COLOUR_ODD,
                                        .sbdf = to,
                                        .from = from });
    }
    return true;
}

/* Does a device at `path` stand in `tree` somewhere? */
static bool has_path(const struct tree *tree, const char *path)
{
    char sbdf[XPCI_SBDF_LENGTH];
    size_t i;

    for ( i = 0; i < tree->count; i++ )
        if ( device_of(tree->entries[i].key, "devices", sbdf) &&
             !strcmp(tree->entries[i].value, path) )
            return true;
    return false;
}

/* What is in `with` and not in `without`, one event for each. */
static void tell_devices(struct watching *watching, const struct tree *with,
                         const struct tree *without, const char *list,
                         const struct event *like, bool moved)
{
    char sbdf[XPCI_SBDF_LENGTH];
    size_t i;

    for ( i = 0; i < with->count; i++ )
    {
        const struct tree_entry *entry = &with->entries[i];
        const char *other = xenstore_value(without, entry->key);
        struct event event = *like;

        if ( !device_of(entry->key, list, sbdf) ||
             (other && !strcmp(other, entry->value)) ||
             (moved && has_path(without, entry->value)) )
            continue;
        event.sbdf = sbdf;
        event.path = strcmp(list, "devices") ? NULL : entry->value;
        tell(watching, &event);
    }
}

static bool has_problem(const struct tree *tree, const char *text)
{
    static const char list[] = "problems/";
    size_t i;

    for ( i = 0; i < tree->count; i++ )
        if ( !strncmp(tree->entries[i].key, list, strlen(list)) &&
             !strcmp(tree->entries[i].value, text) )
            return true;
    return false;
}

/* Their numbers change when one goes, so their texts tell them apart. */
static void tell_problems(struct watching *watching, const struct tree *with,
                          const struct tree *without, const struct event *like)
{
    static const char list[] = "problems/";
    size_t i;

    for ( i = 0; i < with->count; i++ )
    {
        const struct tree_entry *entry = &with->entries[i];
        struct event event = *like;

        if ( strncmp(entry->key, list, strlen(list)) ||
             has_problem(without, entry->value) )
            continue;
        event.text = entry->value;
        tell(watching, &event);
    }
}

/* What of `now` is news.  The first report is told without its devices. */
static void tell_report(struct watching *watching, const struct tree *now)
{
    static const struct event went = { .word = "went", .colour = COLOUR_BAD };
    static const struct event came = { .word = "came", .colour = COLOUR_GOOD };
    static const struct event pending = { .word = "leaving",
                                          .colour = COLOUR_ODD };
    static const struct event problem = { .word = "problem",
                                          .colour = COLOUR_BAD };
    static const struct event solved = { .word = "solved",
                                         .colour = COLOUR_GOOD };
    const struct tree *old = &watching->report;
    bool moved;

    if ( watching->has_report )
    {
        moved = tell_moves(watching, now);
        tell_devices(watching, now, old, "pending", &pending, false);
        tell_devices(watching, old, now, "devices", &went, moved);
        tell_devices(watching, now, old, "devices", &came, moved);
        tell_problems(watching, old, now, &solved);
    }
    tell_problems(watching, now, old, &problem);
    tell_state(watching, now);
    fflush(stdout);
}

/* A report that is not there yet is no error: the daemon may start later. */
static int look(struct watching *watching)
{
    struct tree now;
    int rc;

    tree_init(&now);
    rc = xenstore_read(watching->handle, watching->path, &now);
    if ( rc )
    {
        tree_dispose(&now);
        if ( rc != -ENOENT )
            return rc;
        if ( !watching->has_report )
            tool_warning("xen-pcid has not reported yet; waiting for it");
        return 0;
    }
    tell_report(watching, &now);
    tree_dispose(&watching->report);
    watching->report = now;
    watching->has_report = true;
    return 0;
}

static int watch(struct watching *watching)
{
    char update[XPCI_PATH_LENGTH];
    unsigned int count;
    char **fired;
    int rc = 0;

    if ( (size_t)snprintf(update, sizeof(update), "%s/update",
                          watching->path) >= sizeof(update) )
        return -ENAMETOOLONG;
    errno = 0;
    if ( !xs_watch(watching->handle, update, "xl-pci") )
        return errno ? -errno : -EIO;
    /* It fires once at first, so nothing is missed. */
    while ( !rc && !ferror(stdout) )
    {
        fired = xs_read_watch(watching->handle, &count);
        if ( !fired )
            return -EPIPE;
        free(fired);
        rc = look(watching);
    }
    return rc;
}

static enum tool_exit run(struct invocation *call)
{
    struct watching watching = { .path = call->store ? call->store
                                                     : XENSTORE_REPORT,
                                 .json = call->json };
    int rc;

    watching.handle = xenstore_open();
    if ( !watching.handle )
    {
        tool_error("xenstore: %s; there is one on a Xen host only",
                   strerror(errno));
        return TOOL_REFUSED;
    }
    tree_init(&watching.report);
    rc = watch(&watching);
    if ( rc == -EPIPE )
        tool_error("xenstore: xenstored is gone");
    else if ( rc )
        tool_error("xenstore: %s", strerror(-rc));
    tree_dispose(&watching.report);
    xenstore_close(watching.handle);
    return TOOL_REFUSED;
}

const struct command command_watch = {
    .name = "watch",
    .options = "Xj",
    .arguments = "",
    .summary = "what xen-pcid does and sees, as it happens",
    .about =
        "A line for each thing that xen-pcid reports in xenstore, until "
        "interrupted:\n"
        "\n"
        "  state    how dom0 and the hypervisor stand\n"
        "  moved    a device has another SBDF since buses were renumbered\n"
        "  came, leaving, went   of a device, in the hypervisor's tables\n"
        "  problem, solved       with what to do about it\n"
        "\n"
        "With -j a JSON object a line.",
    .run = run,
};
