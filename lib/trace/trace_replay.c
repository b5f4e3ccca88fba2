/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Replaying a trace on the module or on the model of a stock Xen: each
 * statement in turn, and each outcome that differs.
 */
#include <stdio.h>

#include "ownership.h"
#include "process/embedded_state.h"
#include "stock.h"
#include "trace_space.h"

/* The model that the events go to. */
struct trace_target {
    enum trace_model model;
    struct embedded module; /* TRACE_MODEL_MODULE */
    struct stock stock;     /* TRACE_MODEL_STOCK */
    struct owners owners;   /* TRACE_MODEL_STOCK */
};

static int target_init(struct trace_target *target, enum trace_model model,
                       struct trace_space *space)
{
    memset(target, 0, sizeof(*target));
    target->model = model;
    stock_init(&target->stock, &space->space);
    owners_init(&target->owners);

    return model == TRACE_MODEL_MODULE
               ? embedded_init(&target->module, &space->space)
               : 0;
}

static void target_dispose(struct trace_target *target)
{
    embedded_dispose(&target->module);
    stock_dispose(&target->stock);
    owners_dispose(&target->owners);
}

/* A stock Xen forgets whose a device was together with the device. */
static int call_stock(struct trace_target *target,
                      const struct trace_statement *statement)
{
    struct stock *stock = &target->stock;
    uint32_t sbdf = statement->sbdf;

    switch ( statement->verb )
    {
    case TRACE_SCAN:
        return stock_scan(stock, XPCI_SEGMENT(statement->sbdf));
    case TRACE_ADD:
        return stock_add(stock, statement->sbdf, &statement->u.report);
    case TRACE_REMOVE:
        owners_forget(&target->owners, sbdf);
        return stock_remove(stock, sbdf);
    case TRACE_ASSIGN:
        if ( !stock_knows(stock, sbdf) )
            return -ENODEV;
        if ( owner_is_guest(owners_get(&target->owners, sbdf)) )
            return -EBUSY;
        return owners_set(&target->owners, sbdf, statement->u.domain);
    case TRACE_DEASSIGN:
        if ( !stock_knows(stock, sbdf) )
            return -ENODEV;
        return owners_deassign(&target->owners, sbdf);
    case TRACE_DESTROY:
        owners_destroy(&target->owners, statement->u.domain);
        return 0;
    case TRACE_RESET:
        return stock_reset(stock, statement->sbdf);
    default:
        return -ENOSYS;
    }
}

static int call_module(struct embedded *module,
                       const struct trace_statement *statement)
{
    switch ( statement->verb )
    {
    case TRACE_SCAN:
        return embedded_scan(module, XPCI_SEGMENT(statement->sbdf));
    case TRACE_ADD:
        return embedded_add(module, statement->sbdf, &statement->u.report);
    case TRACE_REMOVE:
        return embedded_remove(module, statement->sbdf);
    case TRACE_ASSIGN:
        return embedded_assign(module, statement->sbdf, statement->u.domain);
    case TRACE_DEASSIGN:
        return embedded_deassign(module, statement->sbdf);
    case TRACE_DESTROY:
        embedded_destroy(module, statement->u.domain);
        return 0;
    case TRACE_RESET:
        return embedded_reset(module, statement->sbdf);
    default:
        return -ENOSYS;
    }
}

static int target_call(struct trace_target *target,
                       const struct trace_statement *statement)
{
    return target->model == TRACE_MODEL_MODULE
               ? call_module(&target->module, statement)
               : call_stock(target, statement);
}

/* 1 and `*upstream`, 0: none, -1: the walk loops. */
static int target_upstream(const struct trace_target *target, uint32_t sbdf,
                           struct xpci_upstream *upstream)
{
    return target->model == TRACE_MODEL_MODULE
               ? xpci_upstream(target->module.xpci, sbdf, upstream)
               : stock_upstream(&target->stock, sbdf, upstream);
}

static int target_snapshot(const struct trace_target *target,
                           struct xpci_snapshot *snapshot)
{
    return target->model == TRACE_MODEL_MODULE
               ? xpci_snapshot_take(snapshot, target->module.xpci,
                                    XPCI_SOURCE_EMBEDDED)
               : stock_snapshot(&target->stock, snapshot);
}

/* XPCI_OWNER_UNKNOWN where no device is known. */
static uint16_t target_owner(const struct trace_target *target, uint32_t sbdf)
{
    struct xpci_device_info info;
    int rc;

    if ( target->model == TRACE_MODEL_STOCK )
        return stock_knows(&target->stock, sbdf)
                   ? owners_get(&target->owners, sbdf)
                   : XPCI_OWNER_UNKNOWN;

    xpci_host_lock(&target->module.state->host);
    rc = xpci_device(target->module.xpci, sbdf, &info);
    xpci_host_unlock(&target->module.state->host);

    return rc ? XPCI_OWNER_UNKNOWN : info.owner;
}

/* Why the host went down; NULL: it is up. */
static const char *target_panic(const struct trace_target *target)
{
    return target->stock.panic;
}

struct replay {
    const char *name;
    FILE *out;
    bool verbose;
    struct trace_target target;
    struct trace_space space;
    bool differed;
    bool in_note; /* the line before was a comment's */
};

/* Room for an SBDF, an error's name, or words on a failing lookup. */
#define OUTCOME_LENGTH 64

static void format_rc(char *text, long rc)
{
    const char *name = rc < 0 ? strerrorname_np((int)-rc) : NULL;

    if ( name )
        snprintf(text, OUTCOME_LENGTH, "-%s", name);
    else
        snprintf(text, OUTCOME_LENGTH, "%ld", rc);
}

/* The statement with its outcome, for those who want to follow. */
static void show(struct replay *replay, const struct trace_statement *statement,
                 const char *outcome)
{
    if ( !replay->verbose )
        return;
    if ( replay->in_note )
        fputc('\n', replay->out);
    replay->in_note = false;
    if ( *outcome )
        fprintf(replay->out, "%-52s -> %s\n", statement->text, outcome);
    else
        fprintf(replay->out, "%s\n", statement->text);
}

/* Comments tell the story; the licence is no part of it. */
static void show_note(struct replay *replay,
                      const struct trace_statement *statement)
{
    const char *text = statement->text + strspn(statement->text, " ");

    if ( !replay->verbose || !strncmp(text, "SPDX", 4) )
        return;
    if ( !replay->in_note )
        fputc('\n', replay->out);
    fprintf(replay->out, "#%s\n", statement->text);
    replay->in_note = true;
}

static void differ(struct replay *replay,
                   const struct trace_statement *statement,
                   const char *expected, const char *got)
{
    replay->differed = true;
    fprintf(replay->out, "%s:%lu: expected %s, got %s\n", replay->name,
            statement->line, expected, got);
}

/* 0, or 1: there is no going on. */
static int replay_call(struct replay *replay,
                       const struct trace_statement *statement)
{
    int rc = target_call(&replay->target, statement);
    const char *panic = target_panic(&replay->target);
    char got[OUTCOME_LENGTH], expected[OUTCOME_LENGTH];

    format_rc(expected, statement->expected);
    if ( panic )
    {
        show(replay, statement, "the host goes down");
        differ(replay, statement, statement->expects ? expected : "an answer",
               panic);
        return 1;
    }

    format_rc(got, rc);
    show(replay, statement, got);
    if ( statement->verb == TRACE_SCAN
             ? rc != 0
             : statement->expects && rc != statement->expected )
        differ(replay, statement, expected, got);

    return 0;
}

static void replay_alias(struct replay *replay,
                         const struct trace_statement *statement)
{
    struct xpci_upstream upstream;
    int rc = target_upstream(&replay->target, statement->sbdf, &upstream);
    char got[OUTCOME_LENGTH], expected[OUTCOME_LENGTH];

    if ( rc < 0 )
        snprintf(got, sizeof(got), "a lookup that fails (the way goes round)");
    else if ( rc )
        xpci_sbdf_format(got, upstream.bridge);
    else
        snprintf(got, sizeof(got), "none");

    show(replay, statement, got);
    if ( !statement->expects )
    {
        if ( !replay->verbose )
            fprintf(replay->out, "%s = %s\n", statement->text, got);
        return;
    }
    if ( statement->expects_none )
        snprintf(expected, sizeof(expected), "none");
    else
        xpci_sbdf_format(expected, statement->expected_alias);
    if ( strcmp(got, expected) )
        differ(replay, statement, expected, got);
}

static void replay_owner(struct replay *replay,
                         const struct trace_statement *statement)
{
    uint16_t owner = target_owner(&replay->target, statement->sbdf);
    char room[OWNERSHIP_LENGTH];
    const char *got = ownership_format(room, owner);

    got = got ? got : "nobody";
    show(replay, statement, got);
    if ( !statement->expects && !replay->verbose )
        fprintf(replay->out, "%s = %s\n", statement->text, got);
    if ( statement->expects && owner != statement->expected )
    {
        char expected[OWNERSHIP_LENGTH];

        differ(replay, statement,
               ownership_format(expected, (uint16_t)statement->expected), got);
    }
}

static void show_problem(void *data,
                         const struct xpci_snapshot_problem *problem,
                         uint8_t last, const char *text)
{
    const struct replay *replay = data;

    (void)last;
    fprintf(replay->out, "    %s: %s\n", xpci_problem_name(problem->kind),
            text);
}

static void show_problems(struct replay *replay,
                          const struct xpci_snapshot *snapshot)
{
    if ( xpci_snapshot_tell_problems(snapshot, show_problem, replay) )
        fprintf(replay->out, "    no memory to show the problems\n");
}

/* Which bridge leads to which bus, in the manner of bug reports. */
static void show_ways(const struct replay *replay,
                      const struct xpci_snapshot *snapshot)
{
    size_t i;

    for ( i = 0; i < snapshot->bus_count; i++ )
    {
        const struct xpci_bus_info *info = &snapshot->buses[i];
        char bridge[XPCI_SBDF_LENGTH];

        xpci_sbdf_format(bridge, info->bridge);
        fprintf(replay->out, i ? ", " : "    ");
        if ( info->segment )
            fprintf(replay->out, "%04x:%x -> %s", info->segment, info->bus,
                    bridge);
        else
            fprintf(replay->out, "%x -> %s", info->bus, bridge + 5);
    }
    if ( snapshot->bus_count )
        fputc('\n', replay->out);
}

static void replay_check(struct replay *replay,
                         const struct trace_statement *statement,
                         const struct xpci_snapshot *snapshot)
{
    char got[OUTCOME_LENGTH], expected[OUTCOME_LENGTH];
    bool differs = statement->expects &&
                   snapshot->problem_count != (size_t)statement->expected;

    snprintf(got, sizeof(got), "%zu", snapshot->problem_count);
    show(replay, statement, got);
    if ( replay->verbose )
        show_ways(replay, snapshot);
    if ( !statement->expects && !replay->verbose )
        fprintf(replay->out, "%s = %s\n", statement->text, got);
    if ( differs )
    {
        snprintf(expected, sizeof(expected), "%ld", statement->expected);
        differ(replay, statement, expected, got);
    }
    if ( differs || !statement->expects || replay->verbose )
        show_problems(replay, snapshot);
}

/* `check` and `dump`: 0 or a negative errno value. */
static int replay_question(struct replay *replay,
                           const struct trace_statement *statement)
{
    struct xpci_snapshot snapshot;
    int rc;

    xpci_snapshot_init(&snapshot);
    rc = target_snapshot(&replay->target, &snapshot);
    if ( !rc && statement->verb == TRACE_CHECK )
        replay_check(replay, statement, &snapshot);
    else if ( !rc )
    {
        show(replay, statement, "");
        rc = snapshot_print_json(&snapshot, replay->out);
    }
    xpci_snapshot_dispose(&snapshot);

    return rc;
}

/* 0 to go on, 1 not to, or a negative errno value. */
static int replay_statement(struct replay *replay,
                            const struct trace_statement *statement)
{
    switch ( statement->verb )
    {
    case TRACE_NOTE:
        show_note(replay, statement);
        return 0;
    case TRACE_CONFIG:
        trace_space_set(&replay->space, statement->sbdf,
                        &statement->u.function);
        show(replay, statement, "");
        return 0;
    case TRACE_GONE:
        trace_space_clear(&replay->space, statement->sbdf);
        show(replay, statement, "");
        return 0;
    case TRACE_ALIAS:
        replay_alias(replay, statement);
        return 0;
    case TRACE_OWNER:
        replay_owner(replay, statement);
        return 0;
    case TRACE_CHECK:
    case TRACE_DUMP:
        return replay_question(replay, statement);
    default:
        return replay_call(replay, statement);
    }
}

static int replay_all(struct replay *replay, const struct trace *trace)
{
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < trace->count; i++ )
        rc = replay_statement(replay, &trace->statements[i]);
    if ( rc >= 0 && (fflush(replay->out) || ferror(replay->out)) )
        rc = -EIO;

    return rc < 0 ? rc : replay->differed;
}

int trace_replay(const char *path, enum trace_model model, bool verbose,
                 FILE *out, struct xpci_message *message)
{
    struct replay replay = { .name = strcmp(path, "-") ? path : "stdin",
                             .out = out,
                             .verbose = verbose };
    struct trace trace;
    int rc;

    trace_init(&trace);
    rc = trace_read(&trace, path, message);
    if ( rc )
        goto out;

    rc = trace_space_init(&replay.space, &trace);
    if ( !rc )
        rc = target_init(&replay.target, model, &replay.space);
    if ( !rc )
        rc = replay_all(&replay, &trace);
    if ( rc < 0 )
        message_set(message, "%s: replay stopped: %s", replay.name,
                    strerror(-rc));
    target_dispose(&replay.target);
    trace_space_dispose(&replay.space);

out:
    trace_dispose(&trace);

    return rc;
}
