/* SPDX-License-Identifier: GPL-2.0-only */
/* xl-pci guests: whether guests are given what they were meant to get. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guests.h"

struct report {
    struct guests guests;
    struct history history;
    struct view dom0;
    bool has_dom0;
    struct names *names;
    size_t problems;
    size_t unread; /* files */
};

static struct guest_words words_of(const struct report *report)
{
    return (struct guest_words){ &report->guests, &report->history,
                                 report->has_dom0 ? &report->dom0 : NULL,
                                 report->names };
}

static void print_where(const struct report *report,
                        const struct guest_entry *entry)
{
    if ( entry->config == GUEST_RUNNING )
        fputs("running", stdout);
    else if ( entry->line )
        printf("%s:%lu", report->guests.configs[entry->config].path,
               entry->line);
    else
        fputs(report->guests.configs[entry->config].path, stdout);
}

/* A guest_problem_told. */
static void print_problem(void *data, const char *kind, const char *text)
{
    (void)data;
    printf("    %s%s%s: %s\n", colour(COLOUR_BAD), kind, colour(COLOUR_PLAIN),
           text);
}

static void print_entry(const struct report *report,
                        const struct guest_entry *entry)
{
    const struct xpci_device_info *device =
        xpci_snapshot_device(&report->history.now.snapshot, entry->sbdf);
    struct guest_words words = words_of(report);
    char name[NAME_LENGTH];

    print_where(report, entry);
    printf(": %s: %s", entry->guest, entry->text);
    if ( !entry->problems )
        printf(": %s", names_device(report->names, name, device, false));
    putchar('\n');
    guest_words_tell(&words, entry, print_problem, NULL);
}

/* The lines of `config` that `corrected` has otherwise. */
static void print_lines(const struct guest_config *config,
                        const char *corrected)
{
    const char *old = config->text, *fresh = corrected;
    unsigned long line;

    for ( line = 1; *old && *fresh; line++ )
    {
        size_t was = strcspn(old, "\n"), is = strcspn(fresh, "\n");

        if ( was != is || memcmp(old, fresh, was) )
            printf("%s:%lu: corrected: %.*s\n", config->path, line, (int)is,
                   fresh);
        old += was + (old[was] == '\n');
        fresh += is + (fresh[is] == '\n');
    }
}

/* An entry of the config that `is_so`, in the text where it can be changed. */
static bool has_entry(const struct report *report, size_t number,
                      bool (*is_so)(const struct guest_entry *entry))
{
    size_t i;

    for ( i = 0; i < report->guests.count; i++ )
    {
        const struct guest_entry *entry = &report->guests.entries[i];

        if ( entry->config == number && entry->line && is_so(entry) )
            return true;
    }
    return false;
}

static bool has_moved(const struct guest_entry *entry)
{
    return entry->problems & GUEST_MOVED;
}

/* Once --from is forgotten, nobody could say so. */
static bool is_lost(const struct guest_entry *entry)
{
    return !entry->note && (entry->problems & (GUEST_GONE | GUEST_REPLACED));
}

/*
 * What is to be done to a config: what is corrected is noted, so that nobody
 * corrects it again, and what cannot be corrected, so that it stays wrong.
 */
static unsigned int what_to_do(const struct report *report, size_t number,
                               const struct invocation *call)
{
    unsigned int what = call->note ? GUEST_NOTE : 0;

    if ( !call->fix && !call->in_place )
        return what;
    if ( has_entry(report, number, has_moved) )
        what |= GUEST_CORRECT | GUEST_NOTE;
    if ( has_entry(report, number, is_lost) )
        what |= GUEST_NOTE;
    return what;
}

/* What differs in the new text of `config`; notes move its lines. */
static int print_changes(const struct report *report, size_t number,
                         unsigned int what, const char *text)
{
    const struct guest_config *config = &report->guests.configs[number];
    char *lines = NULL;
    int rc = guests_correct(&report->guests, &report->history, number,
                            what & ~GUEST_NOTE, &lines);

    if ( rc )
        return rc;
    if ( lines )
        print_lines(config, lines);
    guest_notes_compare(stdout, config->path, config->text, text, "note");
    guest_notes_compare(stdout, config->path, text, config->text, "dropped");
    free(lines);
    return 0;
}

static enum tool_exit write_config(const struct guest_config *config,
                                   const char *text,
                                   const struct invocation *call)
{
    char *backup = NULL;
    int rc = guests_replace(config, text, &backup);

    if ( rc )
        tool_error("%s: cannot be replaced: %s; it is as it was", config->path,
                   strerror(-rc));
    else if ( !call->json )
        printf("%s: written; as it was: %s\n", config->path, backup);
    free(backup);
    return rc ? TOOL_REFUSED : TOOL_DONE;
}

static enum tool_exit fix_config(struct report *report, size_t number,
                                 const struct invocation *call)
{
    const struct guest_config *config = &report->guests.configs[number];
    unsigned int what = what_to_do(report, number, call);
    enum tool_exit result = TOOL_DONE;
    char *text = NULL;
    int rc =
        guests_correct(&report->guests, &report->history, number, what, &text);

    if ( !rc && text && !call->json )
        rc = print_changes(report, number, what, text);
    if ( rc )
    {
        tool_error("%s: cannot be corrected here: %s; edit it by hand",
                   config->path,
                   rc == -EINVAL ? "its entries are written in an unusual way"
                                 : strerror(-rc));
        result = TOOL_REFUSED;
    }
    else if ( text && (call->in_place || !call->fix) )
        result = write_config(config, text, call);
    free(text);
    return result;
}

static enum tool_exit fix(struct report *report, const struct invocation *call)
{
    enum tool_exit result = TOOL_DONE, one;
    size_t i;

    for ( i = 0; i < report->guests.config_count; i++ )
    {
        one = fix_config(report, i, call);
        if ( one > result )
            result = one;
    }
    if ( result != TOOL_DONE || !call->in_place )
        return result;
    /* What was corrected is wrong no more. */
    for ( i = 0; i < report->guests.count; i++ )
        if ( report->guests.entries[i].line &&
             report->guests.entries[i].problems == GUEST_MOVED )
            report->problems--;
    return result;
}

static void count_problems(struct report *report)
{
    size_t i;

    for ( i = 0; i < report->guests.count; i++ )
        if ( report->guests.entries[i].problems & ~GUEST_UNKNOWN )
            report->problems++;
}

static void print_text(const struct report *report)
{
    const struct guests *guests = &report->guests;
    size_t i;

    for ( i = 0; i < guests->count; i++ )
        print_entry(report, &guests->entries[i]);
    if ( !guests->count )
        printf("No guest is given a device");
    else
        printf("%zu entr%s of %zu guest%s: %zu wrong", guests->count,
               guests->count == 1 ? "y" : "ies", guests->guest_count,
               PLURAL(guests->guest_count), report->problems);
    if ( report->unread )
        printf("; %zu file%s not read", report->unread, PLURAL(report->unread));
    puts(".");
}

/* A guest_problem_told. */
static void json_problem(void *data, const char *kind, const char *text)
{
    struct json_writer *json = data;

    json_open(json, NULL, '{');
    json_text(json, "kind", kind);
    json_text(json, "text", text);
    json_close(json);
}

static void json_entry(struct json_writer *json, const struct report *report,
                       const struct guest_entry *entry)
{
    bool running = entry->config == GUEST_RUNNING;
    struct guest_words words = words_of(report);

    json_open(json, NULL, '{');
    json_text(json, "guest", entry->guest);
    json_text(json, "file",
              running ? NULL : report->guests.configs[entry->config].path);
    if ( entry->line )
        json_number(json, "line", (int64_t)entry->line);
    else
        json_text(json, "line", NULL);
    json_text(json, "entry", entry->text);
    json_sbdf(json, "sbdf", entry->has_sbdf ? &entry->sbdf : NULL);
    json_sbdf(json, "corrected",
              entry->problems & GUEST_MOVED ? &entry->now : NULL);
    json_open(json, "problems", '[');
    guest_words_tell(&words, entry, json_problem, json);
    json_close(json);
    json_close(json);
}

static int print_json(const struct report *report)
{
    struct json_writer json;
    size_t i;

    json_begin(&json, stdout);
    json_open(&json, NULL, '[');
    for ( i = 0; i < report->guests.count; i++ )
        json_entry(&json, report, &report->guests.entries[i]);
    json_close(&json);
    return json_end(&json);
}

/* A file that cannot be read hides none of the others. */
static enum tool_exit read_configs(struct report *report,
                                   const struct invocation *call)
{
    enum tool_exit result = TOOL_DONE, one;
    int i;

    for ( i = 0; i < call->argument_count; i++ )
    {
        one = guests_read_config(&report->guests, call->arguments[i]);
        report->unread += one != TOOL_DONE;
        if ( one > result )
            result = one;
    }
    return result;
}

/* Running guests are this machine's: with another one's devices, no. */
static enum tool_exit read_running(struct report *report,
                                   const struct invocation *call)
{
    bool is_live = !call->dump && !call->sysfs && !call->embedded;
    struct xs_handle *handle;

    if ( !is_live && !call->store )
        return TOOL_DONE;
    handle = xenstore_open();
    xenstore_close(handle);
    /* Configs can be checked where there is no Xen. */
    return handle || !call->argument_count
               ? guests_read_running(&report->guests)
               : TOOL_DONE;
}

static bool check_call(const struct invocation *call)
{
    if ( (call->fix || call->in_place || call->note) && !call->argument_count )
        tool_error("guests: --fix, --in-place and --note need a FILE");
    else if ( (call->dump || call->sysfs) && !call->argument_count &&
              !call->store )
        tool_error("guests: with another machine's devices a FILE is needed");
    else
        return true;
    return false;
}

/* The topology of before and of now, and what dom0's kernel has. */
static enum tool_exit read_machine(struct report *report,
                                   const struct invocation *call)
{
    enum tool_exit result = history_read(&report->history, call);

    if ( result == TOOL_DONE && !call->dump )
    {
        report->has_dom0 = true;
        result = topology_read_dom0(&report->dom0, call);
    }
    if ( result != TOOL_DONE )
        return result;
    report->names = names_open(call->ids, call->numeric);
    return report->names ? TOOL_DONE : TOOL_USAGE;
}

/* Print it and, if that is asked for, correct it. */
static enum tool_exit print(struct report *report,
                            const struct invocation *call)
{
    enum tool_exit result = TOOL_DONE, fixed = TOOL_DONE;

    if ( guests_find(&report->guests, &report->history) )
    {
        tool_error("guests: no memory");
        return TOOL_REFUSED;
    }
    guests_check(&report->guests, &report->history,
                 report->has_dom0 ? &report->dom0 : NULL);
    count_problems(report);
    if ( !call->json )
        print_text(report);
    else if ( print_json(report) )
        result = TOOL_REFUSED;
    if ( call->fix || call->in_place || call->note )
        fixed = fix(report, call);
    if ( fixed > result )
        result = fixed;
    return result == TOOL_DONE && report->problems ? TOOL_WRONG : result;
}

static enum tool_exit run(struct invocation *call)
{
    struct report report = { .names = NULL };
    enum tool_exit result = TOOL_USAGE, unread, rest;

    guests_init(&report.guests);
    history_init(&report.history);
    view_init(&report.dom0);
    if ( !check_call(call) )
        goto out;
    unread = read_configs(&report, call);
    rest = read_running(&report, call);
    if ( rest > unread )
        unread = rest;
    /* Where nothing could be read there is nothing to say of it. */
    if ( unread != TOOL_DONE && !report.guests.count &&
         !report.guests.config_count )
        result = unread;
    else
        result = read_machine(&report, call);
    if ( result != TOOL_DONE )
        goto out;
    rest = print(&report, call);
    result = rest > unread ? rest : unread;

out:
    names_close(report.names);
    view_dispose(&report.dom0);
    history_dispose(&report.history);
    guests_dispose(&report.guests);
    return result;
}

const struct command command_guests = {
    .name = "guests",
    .options = HISTORY_OPTIONS "xINijn",
    .arguments = "[FILE...]",
    .more_arguments = true,
    .summary = "whether guests are given what they were meant to get",
    .about =
        "Each PCI device in FILE... (xl's configs, libvirt's XML, "
        "/etc/default/grub), and\n"
        "each one of a running guest: is it what it was (by note, --from or "
        "xen-pcid)?\n"
        "Is it there and does it answer, no bridge, no VF without its PF, named "
        "once;\n"
        "does its DMA carry an ID of another guest's, or of what stays in "
        "dom0?\n"
        "Exit code 1 if any is wrong.",
    .run = run,
};
