/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The report in xenstore: what it says, and writing what changed of it.
 */
#include <stdio.h>
#include <stdlib.h>

#include <xen-pci/version.h>

#include "message.h"
#include "ownership.h"
#include "store_report.h"

/* Somebody else's transactions can make ours fail so often. */
#define COMMIT_TRIES 5U
#define CONNECT_FIRST 500U /* milliseconds */
#define CONNECT_MOST 60000U

/* A list's first so many; its count is said beside them. */
#define LIST_MOST 1000U
/* A message to xenstore holds 4,096 bytes, path and value together. */
#define VALUE_MOST 2048

/* xenstore has neither ":" nor "." in its names. */
static void name_of(char *name, size_t size, const char *list, uint32_t sbdf)
{
    snprintf(name, size, "%s/%04x-%02x-%02x-%x", list, XPCI_SEGMENT(sbdf),
             XPCI_BUS(sbdf), (unsigned int)XPCI_DEV(sbdf),
             (unsigned int)XPCI_FUNC(sbdf));
}

static int add_counts(struct tree *tree, const struct status *status)
{
    const struct agree_look *look = status->look;
    const struct {
        const char *key;
        size_t value;
    } counts[] = {
        { "counts/dom0-devices", look ? look->dom0.snapshot.device_count : 0 },
        { "counts/devices", look ? look->hypervisor.device_count : 0 },
        { "counts/buses", look ? look->hypervisor.bus_count : 0 },
        { "counts/differences",
          look ? look->plan.step_count + look->plan.left_count : 0 },
        { "counts/failed", status->retry->count },
        { "counts/pending", status->journal->pending.count },
        { "counts/problems", status->problem_count },
        { "counts/unreadable", look ? look->dom0.silent_count : 0 },
    };
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < ARRAY_SIZE(counts); i++ )
        rc = tree_add(tree, counts[i].key, "%zu", counts[i].value);

    return rc;
}

static int add_problems(struct tree *tree, const struct status *status)
{
    char key[32];
    size_t i;
    int rc = tree_add(tree, "problems", "%zu", status->problem_count);

    for ( i = 0; !rc && i < status->problem_count && i < LIST_MOST; i++ )
    {
        snprintf(key, sizeof(key), "problems/%zu", i);
        rc = tree_add(tree, key, "%.*s", VALUE_MOST, status->problems[i]);
    }

    return rc;
}

static int add_devices(struct tree *tree, const struct agree_look *look)
{
    char path[XPCI_PATH_LENGTH], key[64];
    size_t i;
    int rc = tree_add(tree, "devices", "%zu",
                      look ? look->hypervisor.device_count : 0);

    for ( i = 0; !rc && look && i < look->hypervisor.device_count; i++ )
    {
        uint32_t sbdf = look->hypervisor.devices[i].sbdf;

        name_of(key, sizeof(key), "devices", sbdf);
        rc = tree_add(tree, key, "%s",
                      xpci_path_format(path, &look->hypervisor, sbdf));
    }

    return rc;
}

/* The devices that are not dom0's, and whose they are. */
static int add_owners(struct tree *tree, const struct status *status)
{
    const struct agree_look *look = status->look;
    char key[64], text[OWNERSHIP_LENGTH];
    size_t i, count = 0;
    int rc = 0;

    for ( i = 0; !rc && i < STATUS_OWNERS; i++ )
    {
        snprintf(key, sizeof(key), "counts/owner-%s", status_owner_name(i));
        rc = tree_add(tree, key, "%zu", status->owners.count[i]);
    }
    for ( i = 0; !rc && look && i < look->hypervisor.device_count; i++ )
    {
        const struct xpci_device_info *info = &look->hypervisor.devices[i];

        if ( !ownership_is_foreign(info->owner) )
            continue;
        count++;
        name_of(key, sizeof(key), "owners", info->sbdf);
        rc = tree_add(tree, key, "%s", ownership_format(text, info->owner));
    }

    return rc ? rc : tree_add(tree, "owners", "%zu", count);
}

static int add_pending(struct tree *tree, const struct journal *journal)
{
    char key[64];
    size_t i;
    int rc = tree_add(tree, "pending", "%zu", journal->pending.count);

    for ( i = 0; !rc && i < journal->pending.count && i < LIST_MOST; i++ )
    {
        name_of(key, sizeof(key), "pending", journal->pending.sbdf[i]);
        rc = tree_add(tree, key, "removal");
    }

    return rc;
}

static int add_moves(struct tree *tree, const struct moves *moves)
{
    char from[XPCI_SBDF_LENGTH], to[XPCI_SBDF_LENGTH], key[40];
    char when[32] = "never";
    struct tm utc;
    size_t i;
    int rc;

    if ( moves->count && gmtime_r(&moves->when, &utc) )
        strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &utc);
    rc = tree_add(tree, "renumbering", "%zu", moves->count);
    if ( !rc )
        rc = tree_add(tree, "renumbering/time", "%s", when);
    for ( i = 0; !rc && i < moves->count && i < LIST_MOST; i++ )
    {
        snprintf(key, sizeof(key), "renumbering/%zu", i);
        rc = tree_add(tree, key, "%s %s",
                      xpci_sbdf_format(from, moves->moves[i].from),
                      xpci_sbdf_format(to, moves->moves[i].to));
    }

    return rc;
}

int store_content(struct tree *tree, const struct status *status)
{
    int rc = tree_add(tree, "format", "1");

    if ( !rc )
        rc = tree_add(tree, "version", XPCI_VERSION);
    if ( !rc )
        rc = tree_add(tree, "state", "%s", status_state_name(status->state));
    if ( !rc )
        rc = tree_add(tree, "text", "%s", status->text);
    if ( !rc )
        rc = tree_add(tree, "hypervisor", "%s", status->hypervisor);
    if ( !rc )
        rc = tree_add(tree, "repair", "%s", plan_repair_name(status->repair));
    if ( !rc )
        rc = tree_add(tree, "generation", "%u",
                      status->look ? status->look->hypervisor.generation : 0);
    if ( !rc )
        rc = add_counts(tree, status);
    if ( !rc )
        rc = add_problems(tree, status);
    if ( !rc )
        rc = add_devices(tree, status->look);
    if ( !rc )
        rc = add_owners(tree, status);
    if ( !rc )
        rc = add_pending(tree, status->journal);
    if ( !rc )
        rc = add_moves(tree, status->moves);
    tree_sort(tree);

    return rc;
}

void store_report_init(struct store_report *report)
{
    *report = (struct store_report){ .store = NULL };
    tree_init(&report->said);
}

void store_report_dispose(struct store_report *report)
{
    if ( report->store )
        report->store->ops->disconnect(report->store);
    store_close(report->store);
    free(report->path);
    tree_dispose(&report->said);
    store_report_init(report);
}

int store_report_open(struct store_report *report, struct store *store,
                      const char *path)
{
    report->store = store;
    report->path = strdup(path);

    return report->path ? 0 : -ENOMEM;
}

static char *path_of(const struct store_report *report, const char *key)
{
    char *path;

    return asprintf(&path, "%s/%s", report->path, key) < 0 ? NULL : path;
}

static void lost(struct store_report *report, uint64_t now)
{
    report->store->ops->disconnect(report->store);
    report->connected = false;
    tree_dispose(&report->said);
    report->tries++;
    report->next_try =
        now + retry_pause(CONNECT_FIRST, CONNECT_MOST, report->tries);
}

/* tree_change, inside of a transaction. */
static int change_node(void *data, const char *key, const char *value)
{
    struct store_report *report = data;
    const struct store_ops *ops = report->store->ops;
    char *path = path_of(report, key);
    int rc;

    if ( !path )
        return -ENOMEM;
    rc = value ? ops->write(report->store, path, value)
               : ops->remove(report->store, path);
    /* A list that went took what was below it along. */
    if ( !value && rc == -ENOENT )
        rc = 0;
    free(path);

    return rc;
}

/* The request that is answered is cleared; another one that came is not. */
static int clear_request(struct store_report *report)
{
    const struct store_ops *ops = report->store->ops;
    char *path = path_of(report, "control/request");
    char *value = NULL;
    int rc;

    if ( !path )
        return -ENOMEM;
    rc = ops->read(report->store, path, &value);
    if ( rc == -ENOENT ||
         (!rc && report->answered &&
          !strncmp(value, report->request, STORE_REQUEST_LENGTH - 1)) )
        rc = ops->write(report->store, path, "");
    free(value);
    free(path);

    return rc;
}

/* What stands there from an earlier life goes, but for a waiting request. */
static int sweep(struct store_report *report)
{
    static const char *const lists[] = { "devices", "problems", "pending",
                                         "owners", "renumbering" };
    const struct store_ops *ops = report->store->ops;
    size_t i;
    int rc;

    rc = ops->write(report->store, report->path, "");
    if ( !rc )
        rc = ops->protect(report->store, report->path);
    for ( i = 0; !rc && i < ARRAY_SIZE(lists); i++ )
        rc = change_node(report, lists[i], NULL);

    return rc;
}

static int write_once(struct store_report *report, const struct tree *tree)
{
    const struct store_ops *ops = report->store->ops;
    int rc = ops->begin(report->store);

    if ( rc )
        return rc;
    if ( report->anew )
        rc = sweep(report);
    if ( !rc )
        rc = tree_difference(&report->said, tree, change_node, report);
    if ( !rc && (report->anew || report->answered) )
        rc = clear_request(report);
    if ( rc )
    {
        ops->abandon(report->store);
        return rc;
    }

    return ops->commit(report->store);
}

static int nothing_new(void *data, const char *key, const char *value)
{
    (void)data;
    (void)value;

    return strcmp(key, "update") ? 1 : 0;
}

/* Takes over what is in `tree`. */
static int write_tree(struct store_report *report, struct tree *tree)
{
    unsigned int i;
    int rc;

    if ( !report->anew && !report->answered &&
         !tree_difference(&report->said, tree, nothing_new, NULL) )
        return 0;
    for ( i = 0; i < COMMIT_TRIES; i++ )
    {
        rc = write_once(report, tree);
        if ( rc != -EAGAIN )
            break;
    }
    if ( rc )
        return rc;
    report->update++;
    report->anew = false;
    if ( report->answered )
        report->request[0] = '\0';
    report->answered = false;
    tree_dispose(&report->said);
    report->said = *tree;
    tree_init(tree);

    return 0;
}

static int connect_now(struct store_report *report)
{
    char *path = path_of(report, "control/request");
    int rc;

    if ( !path )
        return -ENOMEM;
    rc = report->store->ops->connect(report->store);
    if ( !rc )
        rc = report->store->ops->watch(report->store, path);
    free(path);
    if ( !rc )
    {
        report->connected = true;
        report->anew = true;
    }

    return rc;
}

static int copy_tree(struct tree *copy, const struct tree *tree)
{
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < tree->count; i++ )
        rc = tree_add(copy, tree->entries[i].key, "%s", tree->entries[i].value);

    return rc;
}

int store_report_write(struct store_report *report, const struct tree *content,
                       uint64_t now, struct xpci_message *message)
{
    struct tree tree;
    int rc = 0;

    tree_init(&tree);
    if ( !report->store || (!report->connected && now < report->next_try) )
        return 0;
    if ( !report->connected )
        rc = connect_now(report);
    if ( !rc )
        rc = copy_tree(&tree, content);
    if ( !rc )
        rc = tree_add(&tree, "update", "%llu",
                      (unsigned long long)report->update + 1);
    if ( !rc )
        rc = tree_add(&tree, "control/answer", "%s", report->answer);
    tree_sort(&tree);
    if ( !rc )
        rc = write_tree(report, &tree);
    tree_dispose(&tree);
    if ( rc )
    {
        lost(report, now);
        message_set(message, "xenstore cannot be written: %s", strerror(-rc));
    }
    else
        report->tries = 0;

    return rc;
}

static const struct tree_entry *find(const struct tree *tree, const char *key)
{
    size_t i;

    for ( i = 0; i < tree->count; i++ )
    {
        if ( !strcmp(tree->entries[i].key, key) )
            return &tree->entries[i];
    }

    return NULL;
}

void store_report_state(struct store_report *report, const char *state,
                        const char *text, uint64_t now)
{
    struct tree tree;
    size_t i;
    int rc = 0;

    if ( !report->store || !report->connected || !find(&report->said, "state") )
        return;
    tree_init(&tree);
    for ( i = 0; !rc && i < report->said.count; i++ )
    {
        const struct tree_entry *entry = &report->said.entries[i];
        const char *value = !strcmp(entry->key, "state")  ? state
                            : !strcmp(entry->key, "text") ? text
                                                          : entry->value;

        if ( !strcmp(entry->key, "update") )
            rc = tree_add(&tree, entry->key, "%llu",
                          (unsigned long long)report->update + 1);
        else
            rc = tree_add(&tree, entry->key, "%s", value);
    }
    if ( !rc )
        rc = write_tree(report, &tree);
    tree_dispose(&tree);
    if ( rc )
        lost(report, now);
}

bool store_report_take_request(struct store_report *report, uint64_t now)
{
    const struct store_ops *ops;
    char *path, *value = NULL;
    int rc;

    if ( !report->store || !report->connected )
        return false;
    ops = report->store->ops;
    do
    {
        rc = ops->next_watch(report->store);
    } while ( rc > 0 );
    path = path_of(report, "control/request");
    if ( !rc && path )
        rc = ops->read(report->store, path, &value);
    free(path);
    if ( rc && rc != -ENOENT )
    {
        lost(report, now);
        return false;
    }
    if ( value && *value )
        snprintf(report->request, sizeof(report->request), "%s", value);
    free(value);

    return *report->request;
}

void store_report_hung_up(struct store_report *report, uint64_t now)
{
    if ( report->store && report->connected )
        lost(report, now);
}

void store_report_postpone(struct store_report *report, uint64_t now)
{
    if ( report->next_try < now + CONNECT_FIRST )
        report->next_try = now + CONNECT_FIRST;
}

void store_report_answer(struct store_report *report, const char *answer)
{
    snprintf(report->answer, sizeof(report->answer), "%s", answer);
    report->answered = true;
}

uint64_t store_report_deadline(const struct store_report *report)
{
    return report->store && !report->connected ? report->next_try : RETRY_NEVER;
}
