/* SPDX-License-Identifier: GPL-2.0-only */
/* xl-pci translate: SBDF, stable path, and the SBDF of before. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "history.h"

/*
 * One reading of what was asked for: after a renumbering an SBDF can mean the
 * device that it names now, and the one that it named before.
 */
struct meaning {
    const char *when; /* "now" or "before" */
    bool has_before;
    bool has_now;
    uint32_t before;
    uint32_t now;
    char path[XPCI_PATH_LENGTH];
};

#define MEANINGS 2

struct translation {
    struct meaning meanings[MEANINGS];
    size_t count;
};

/* What is at `sbdf` now, and where it was. */
static void add_now(struct translation *translation,
                    const struct history *history, uint32_t sbdf)
{
    struct meaning *meaning = &translation->meanings[translation->count];

    if ( !xpci_snapshot_device(&history->now.snapshot, sbdf) )
        return;
    translation->count++;
    meaning->when = "now";
    meaning->has_now = true;
    meaning->now = sbdf;
    meaning->has_before = history_from(history, sbdf, &meaning->before);
    xpci_path_format(meaning->path, &history->now.snapshot, sbdf);
}

/* What was at `sbdf` before, and is elsewhere or gone. */
static void add_before(struct translation *translation,
                       const struct history *history, uint32_t sbdf)
{
    struct meaning *meaning = &translation->meanings[translation->count];
    enum fate fate = history_fate(history, sbdf, &meaning->now);

    if ( fate == FATE_UNKNOWN || fate == FATE_SAME )
        return;
    translation->count++;
    meaning->when = "before";
    meaning->has_before = true;
    meaning->before = sbdf;
    meaning->has_now = fate == FATE_MOVED;
    if ( history->has_before )
        xpci_path_format(meaning->path, &history->before.snapshot, sbdf);
    else if ( meaning->has_now )
        xpci_path_format(meaning->path, &history->now.snapshot, meaning->now);
}

static void add_path(struct translation *translation,
                     const struct history *history, const char *path)
{
    const struct xpci_device_info *is =
        topology_at_path(&history->now.snapshot, path);
    const struct xpci_device_info *was = NULL;

    if ( is )
        add_now(translation, history, is->sbdf);
    else if ( history->has_before )
        was = topology_at_path(&history->before.snapshot, path);
    if ( was )
        add_before(translation, history, was->sbdf);
}

static void print_meaning(const struct meaning *meaning)
{
    char now[XPCI_SBDF_LENGTH], before[XPCI_SBDF_LENGTH];

    if ( meaning->has_now )
        printf("%s  %s", xpci_sbdf_format(now, meaning->now), meaning->path);
    else
        printf("%-12s  %s", "gone", *meaning->path ? meaning->path : "-");
    if ( meaning->has_before )
        printf("  (was %s)", xpci_sbdf_format(before, meaning->before));
    putchar('\n');
}

static int print_json(const struct translation *translation)
{
    struct json_writer json;
    size_t i;

    json_begin(&json, stdout);
    json_open(&json, NULL, '[');
    for ( i = 0; i < translation->count; i++ )
    {
        const struct meaning *meaning = &translation->meanings[i];

        json_open(&json, NULL, '{');
        json_text(&json, "meant", meaning->when);
        json_sbdf(&json, "now", meaning->has_now ? &meaning->now : NULL);
        json_sbdf(&json, "before",
                  meaning->has_before ? &meaning->before : NULL);
        json_text(&json, "path", *meaning->path ? meaning->path : NULL);
        json_close(&json);
    }
    json_close(&json);
    return json_end(&json);
}

static bool is_hex(const char *text, size_t least, size_t most)
{
    size_t digits = strspn(text, "0123456789abcdef");

    return digits >= least && digits <= most && !text[digits];
}

/* "1f.0" */
static bool is_function(const char *text)
{
    unsigned int device, function;
    int end = 0;

    return sscanf(text, "%2x.%1u%n", &device, &function, &end) == 2 &&
           !text[end] && strlen(text) == 4 && device < 32 && function < 8 &&
           strspn(text, "0123456789abcdef.") == 4;
}

/* Segment and root bus, then a device.function or more: "0000:00/1c.0". */
static bool is_path(const char *path)
{
    char copy[XPCI_PATH_LENGTH], *rest = copy, *root, *step, *bus;
    bool has_steps = false;

    if ( strlen(path) >= sizeof(copy) )
        return false;
    strcpy(copy, path);
    root = strsep(&rest, "/");
    bus = strchr(root, ':');
    if ( !bus )
        return false;
    *bus++ = '\0';
    if ( !is_hex(root, 4, 4) || !is_hex(bus, 2, 2) )
        return false;
    while ( (step = strsep(&rest, "/")) )
    {
        if ( !is_function(step) )
            return false;
        has_steps = true;
    }
    return has_steps;
}

/* What was asked for: a path, or else an SBDF. */
struct asked {
    uint32_t sbdf;
    char path[XPCI_PATH_LENGTH]; /* "": none */
};

/*
 * "00:1f.0" has a colon and no slash; "0000:00/1f.0" is a path.  False after an
 * error was said.
 */
static bool parse(struct asked *asked, const char *text)
{
    bool has_segment = strcspn(text, ":") < strcspn(text, "/");
    const char *wrong = NULL;
    int rc;

    asked->path[0] = '\0';
    if ( strchr(text, '/') )
    {
        if ( snprintf(asked->path, sizeof(asked->path), "%s%s",
                      has_segment ? "" : "0000:", text) >=
                 (int)sizeof(asked->path) ||
             !is_path(asked->path) )
            wrong = "neither an SBDF nor a path";
    }
    else
    {
        rc = xpci_sbdf_parse(text, &asked->sbdf);
        if ( rc )
            wrong = rc == -ERANGE ? "in a segment that Xen cannot express"
                                  : "neither an SBDF nor a path";
    }
    if ( wrong )
        tool_error("translate: '%s' is %s; expected SSSS:BB:DD.F, BB:DD.F, or "
                   "a stable path such as 0000:00/1c.0/00.0",
                   text, wrong);
    return !wrong;
}

static void fill(struct translation *translation, const struct history *history,
                 const struct asked *asked)
{
    if ( *asked->path )
    {
        add_path(translation, history, asked->path);
        return;
    }
    add_before(translation, history, asked->sbdf);
    add_now(translation, history, asked->sbdf);
}

static enum tool_exit run(struct invocation *call)
{
    struct translation translation = { .count = 0 };
    struct history history;
    enum tool_exit result = TOOL_USAGE;
    struct asked asked;
    size_t i;

    history_init(&history);
    if ( !parse(&asked, call->arguments[0]) )
        goto out;
    result = history_read(&history, call);
    if ( result != TOOL_DONE )
        goto out;
    fill(&translation, &history, &asked);
    if ( !translation.count )
    {
        tool_error("translate: there is no device %s; `xl-pci list` shows "
                   "those that there are",
                   call->arguments[0]);
        result = TOOL_REFUSED;
        goto out;
    }
    for ( i = 0; i < translation.count; i++ )
    {
        if ( !translation.meanings[i].has_now )
            result = TOOL_WRONG;
        if ( !call->json )
            print_meaning(&translation.meanings[i]);
    }
    if ( call->json && print_json(&translation) )
        result = TOOL_REFUSED;

out:
    history_dispose(&history);
    return result;
}

const struct command command_translate = {
    .name = "translate",
    .options = HISTORY_OPTIONS "j",
    .arguments = "SBDF|PATH",
    .argument_count = 1,
    .summary = "its stable path, and what it is called since renumbering",
    .about =
        "SBDF (or a stable path) as the SBDF that it is now, its stable path, "
        "and what it\n"
        "was.  The SBDF of before is known from --from, or from what xen-pcid "
        "saw.  After\n"
        "a renumbering one SBDF can mean two devices: the one that had it, "
        "then the one\n"
        "that has it.  Exit code 1 if what had it is gone.",
    .run = run,
};
