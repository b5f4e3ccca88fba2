/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Replaying a trace on the module or on the model of a stock Xen: each
 * statement in turn, and each outcome that differs.
 */
#include <stdio.h>

#include "ownership.h"
#include "process/embedded_state.h"
#include "topology/snapshot_json.h"
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
    struct json_writer *json; /* NULL: text */
    struct trace_target target;
    struct trace_space space;
    size_t differences;
    bool in_panic; /* the statement was shown with this as its outcome */
    bool in_note;  /* the line before was a comment's */
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
    if ( !replay->verbose || replay->in_panic )
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

/* What became of a statement. */
struct outcome {
    const char *got;      /* NULL: it has none */
    const char *expected; /* NULL: nothing is said */
    bool differs;
    bool is_question; /* printed also where nothing was expected */
    const struct xpci_snapshot *checked; /* of TRACE_CHECK */
    const struct xpci_snapshot *dumped;  /* of TRACE_DUMP */
};

static void json_problem(void *data,
                         const struct xpci_snapshot_problem *problem,
                         uint8_t last, const char *text)
{
    struct json_writer *json = data;

    (void)last;
    json_open(json, NULL, '{');
    json_text(json, "kind", xpci_problem_name(problem->kind));
    json_text(json, "text", text);
    json_close(json);
}

static int tell_json(struct json_writer *json,
                     const struct trace_statement *statement,
                     const struct outcome *outcome)
{
    int rc = 0;

    json_open(json, NULL, '{');
    json_number(json, "line", (int64_t)statement->line);
    json_text(json, "statement", statement->text);
    json_text(json, "got", outcome->got);
    json_text(json, "expected", outcome->expected);
    json_boolean(json, "differs", outcome->differs);
    if ( outcome->checked )
    {
        json_open(json, "problems", '[');
        rc = xpci_snapshot_tell_problems(outcome->checked, json_problem, json);
        json_close(json);
    }
    else
        json_text(json, "problems", NULL);
    if ( outcome->dumped )
        snapshot_write_json(outcome->dumped, json, "topology");
    else
        json_text(json, "topology", NULL);
    json_close(json);

    return rc;
}

/* 0 or a negative errno value. */
static int tell_text(struct replay *replay,
                     const struct trace_statement *statement,
                     const struct outcome *outcome)
{
    bool is_silent = !replay->verbose && !statement->expects;

    show(replay, statement, outcome->got ? outcome->got : "");
    if ( outcome->dumped )
        return snapshot_print_json(outcome->dumped, replay->out);
    if ( outcome->checked && replay->verbose )
        show_ways(replay, outcome->checked);
    if ( outcome->is_question && is_silent )
        fprintf(replay->out, "%s = %s\n", statement->text, outcome->got);
    if ( outcome->differs )
        fprintf(replay->out, "%s:%lu: expected %s, got %s\n", replay->name,
                statement->line, outcome->expected, outcome->got);
    if ( outcome->checked &&
         (outcome->differs || !statement->expects || replay->verbose) )
        show_problems(replay, outcome->checked);

    return 0;
}

/* The same. */
static int tell(struct replay *replay, const struct trace_statement *statement,
                const struct outcome *outcome)
{
    replay->differences += outcome->differs;

    return replay->json ? tell_json(replay->json, statement, outcome)
                        : tell_text(replay, statement, outcome);
}

/* 0, 1: there is no going on, or a negative errno value. */
static int replay_call(struct replay *replay,
                       const struct trace_statement *statement)
{
    int rc = target_call(&replay->target, statement);
    const char *panic = target_panic(&replay->target);
    char got[OUTCOME_LENGTH], expected[OUTCOME_LENGTH];
    bool expects = statement->expects || statement->verb == TRACE_SCAN;
    struct outcome outcome = { .got = got };

    format_rc(expected, statement->expected);
    format_rc(got, rc);
    if ( expects )
        outcome.expected = expected;
    outcome.differs = expects && rc != statement->expected;
    if ( panic )
    {
        if ( !replay->json )
            show(replay, statement, "the host goes down");
        replay->in_panic = true;
        outcome.got = panic;
        outcome.expected = statement->expects ? expected : "an answer";
        outcome.differs = true;
    }
    rc = tell(replay, statement, &outcome);

    return rc ? rc : panic != NULL;
}

static int replay_alias(struct replay *replay,
                        const struct trace_statement *statement)
{
    struct xpci_upstream upstream;
    int rc = target_upstream(&replay->target, statement->sbdf, &upstream);
    char got[OUTCOME_LENGTH], expected[OUTCOME_LENGTH];
    struct outcome outcome = { .got = got, .is_question = true };

    if ( rc < 0 )
        snprintf(got, sizeof(got), "a lookup that fails (the way goes round)");
    else if ( rc )
        xpci_sbdf_format(got, upstream.bridge);
    else
        snprintf(got, sizeof(got), "none");
    if ( statement->expects_none )
        snprintf(expected, sizeof(expected), "none");
    else
        xpci_sbdf_format(expected, statement->expected_alias);
    if ( statement->expects )
        outcome.expected = expected;
    outcome.differs = statement->expects && strcmp(got, expected);

    return tell(replay, statement, &outcome);
}

static int replay_owner(struct replay *replay,
                        const struct trace_statement *statement)
{
    uint16_t owner = target_owner(&replay->target, statement->sbdf);
    char room[OWNERSHIP_LENGTH], expected[OWNERSHIP_LENGTH];
    const char *got = ownership_format(room, owner);
    struct outcome outcome = { .got = got ? got : "nobody",
                               .is_question = true };

    if ( statement->expects )
        outcome.expected =
            ownership_format(expected, (uint16_t)statement->expected);
    outcome.differs = statement->expects && owner != statement->expected;

    return tell(replay, statement, &outcome);
}

static int replay_check(struct replay *replay,
                        const struct trace_statement *statement,
                        const struct xpci_snapshot *snapshot)
{
    char got[OUTCOME_LENGTH], expected[OUTCOME_LENGTH];
    struct outcome outcome = { .got = got,
                               .is_question = true,
                               .checked = snapshot };

    snprintf(got, sizeof(got), "%zu", snapshot->problem_count);
    snprintf(expected, sizeof(expected), "%ld", statement->expected);
    if ( statement->expects )
        outcome.expected = expected;
    outcome.differs = statement->expects &&
                      snapshot->problem_count != (size_t)statement->expected;

    return tell(replay, statement, &outcome);
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
        rc = replay_check(replay, statement, &snapshot);
    else if ( !rc )
    {
        const struct outcome outcome = { .dumped = &snapshot };

        rc = tell(replay, statement, &outcome);
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
        return replay_alias(replay, statement);
    case TRACE_OWNER:
        return replay_owner(replay, statement);
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

    return rc < 0 ? rc : 0;
}

/* All of it, in an object with what it comes to. */
static int replay_json(struct replay *replay, const struct trace *trace)
{
    struct json_writer json;
    int rc, written;

    json_begin(&json, replay->out);
    replay->json = &json;
    json_open(&json, NULL, '{');
    json_text(&json, "model",
              replay->target.model == TRACE_MODEL_MODULE ? "module" : "stock");
    json_open(&json, "outcomes", '[');
    rc = replay_all(replay, trace);
    json_close(&json);
    json_number(&json, "differences", (int64_t)replay->differences);
    json_boolean(&json, "host_up", !replay->in_panic);
    json_close(&json);
    if ( rc )
        json_drop(&json);
    written = rc ? 0 : json_print(&json);
    replay->json = NULL;

    return rc ? rc : written;
}

static int replay_file(struct replay *replay, const char *path,
                       enum trace_model model, bool as_json,
                       struct xpci_message *message)
{
    struct trace trace;
    int rc;

    replay->name = strcmp(path, "-") ? path : "stdin";
    trace_init(&trace);
    rc = trace_read(&trace, path, message);
    if ( rc )
        goto out;

    rc = trace_space_init(&replay->space, &trace);
    if ( !rc )
        rc = target_init(&replay->target, model, &replay->space);
    if ( !rc )
        rc = as_json ? replay_json(replay, &trace) : replay_all(replay, &trace);
    if ( !rc && (fflush(replay->out) || ferror(replay->out)) )
        rc = -EIO;
    if ( rc )
        message_set(message, "%s: replay stopped: %s", replay->name,
                    strerror(-rc));
    target_dispose(&replay->target);
    trace_space_dispose(&replay->space);

out:
    trace_dispose(&trace);

    return rc ? rc : replay->differences != 0;
}

int trace_replay(const char *path, enum trace_model model, bool verbose,
                 FILE *out, struct xpci_message *message)
{
    struct replay replay = { .out = out, .verbose = verbose };

    return replay_file(&replay, path, model, false, message);
}

int trace_replay_json(const char *path, enum trace_model model, FILE *out,
                      struct xpci_message *message)
{
    struct replay replay = { .out = out };

    return replay_file(&replay, path, model, true, message);
}
