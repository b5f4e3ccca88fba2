/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The configuration file: its keys, its lines, and what is wrong with them.
 */
#include <limits.h>
#include <stdlib.h>

#include "conf.h"
#include "file.h"
#include "message.h"

#define CONF_MOST_BYTES (256U << 10)

/* A setter; `argument` is what the table of keys has for it. */
struct conf_key;
typedef int conf_setter(struct conf *conf, const struct conf_key *key,
                        const char *value, struct xpci_message *message);

struct conf_key {
    const char *name;
    conf_setter *set;
    size_t offset; /* in struct conf */
    unsigned int least;
    unsigned int most;
    const char *unit;
};

static int wrong(struct xpci_message *message, const char *expected,
                 const char *value)
{
    message_set(message, "expected %s, found \"%.64s\"", expected, value);

    return -EINVAL;
}

static int set_backend(struct conf *conf, const struct conf_key *key,
                       const char *value, struct xpci_message *message)
{
    (void)key;
    if ( !strcmp(value, "auto") )
        conf->backend = CONF_BACKEND_AUTO;
    else if ( !strcmp(value, "xen") )
        conf->backend = CONF_BACKEND_XEN;
    else if ( !strcmp(value, "embedded") )
        conf->backend = CONF_BACKEND_EMBEDDED;
    else
        return wrong(message, "auto, xen or embedded", value);

    return 0;
}

static int set_repair(struct conf *conf, const struct conf_key *key,
                      const char *value, struct xpci_message *message)
{
    (void)key;
    conf->repair_given = strcmp(value, "auto");
    if ( conf->repair_given && plan_repair_parse(value, &conf->repair) )
        return wrong(message, "auto, none, safe or all", value);

    return 0;
}

static int set_ask_owners(struct conf *conf, const struct conf_key *key,
                          const char *value, struct xpci_message *message)
{
    (void)key;
    conf->ask_owners = !strcmp(value, "yes");
    if ( !conf->ask_owners && strcmp(value, "no") )
        return wrong(message, "yes or no", value);

    return 0;
}

static int set_log_level(struct conf *conf, const struct conf_key *key,
                         const char *value, struct xpci_message *message)
{
    (void)key;
    if ( log_level_parse(value, &conf->log_level) )
        return wrong(message, "error, warning, notice, info or debug", value);

    return 0;
}

static int set_log_target(struct conf *conf, const struct conf_key *key,
                          const char *value, struct xpci_message *message)
{
    (void)key;
    if ( !strcmp(value, "auto") )
        conf->log_target = CONF_LOG_AUTO;
    else if ( !strcmp(value, "stderr") )
        conf->log_target = CONF_LOG_STDERR;
    else if ( !strcmp(value, "syslog") )
        conf->log_target = CONF_LOG_SYSLOG;
    else
        return wrong(message, "auto, stderr or syslog", value);

    return 0;
}

static int set_number(struct conf *conf, const struct conf_key *key,
                      const char *value, struct xpci_message *message)
{
    unsigned int *setting = (unsigned int *)((char *)conf + key->offset);
    unsigned long number;
    char *end;

    if ( !key->least && !strcmp(value, "off") )
    {
        *setting = 0;
        return 0;
    }
    errno = 0;
    number = strtoul(value, &end, 10);
    if ( *value < '0' || *value > '9' || *end || errno || number < key->least ||
         number > key->most )
    {
        message_set(message, "expected %s%u to %u %s, found \"%.64s\"",
                    key->least ? "" : "off or ", key->least ? key->least : 1,
                    key->most, key->unit, value);
        return -EINVAL;
    }
    *setting = number;

    return 0;
}

static int set_string(char **string, const char *value,
                      struct xpci_message *message)
{
    char *copy = NULL;

    if ( value )
    {
        copy = strdup(value);
        if ( !copy )
        {
            message_set(message, "no memory");
            return -ENOMEM;
        }
    }
    free(*string);
    *string = copy;

    return 0;
}

/* A path, or the word for none: "kernel" for events, else "off". */
static int set_path(struct conf *conf, const struct conf_key *key,
                    const char *value, struct xpci_message *message)
{
    char **path = (char **)((char *)conf + key->offset);
    const char *none = path == &conf->events ? "kernel" : "off";
    char expected[64];

    /* Without its lock two daemons would run. */
    if ( !strcmp(value, none) && path != &conf->pid_file )
        return set_string(path, NULL, message);
    if ( *value != '/' || strlen(value) >= PATH_MAX - 32 )
    {
        snprintf(expected, sizeof(expected), "%s%san absolute path",
                 path == &conf->pid_file ? "" : none,
                 path == &conf->pid_file ? "" : " or ");
        return wrong(message, expected, value);
    }

    return set_string(path, value, message);
}

/* xenstore allows fewer characters, and no slash at the end. */
static int set_xenstore(struct conf *conf, const struct conf_key *key,
                        const char *value, struct xpci_message *message)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-/_@";
    size_t length = strlen(value);

    if ( !strcmp(value, "off") )
        return set_string(&conf->xenstore, NULL, message);
    if ( *value != '/' || length < 2 || length > 1024 ||
         value[length - 1] == '/' || strspn(value, allowed) != length ||
         strstr(value, "//") )
        return wrong(message, "off or an absolute path in xenstore", value);

    return set_path(conf, key, value, message);
}

#define AT(field) offsetof(struct conf, field)

static const struct conf_key keys[] = {
    { "backend", set_backend, 0, 0, 0, NULL },
    { "repair", set_repair, 0, 0, 0, NULL },
    { "ask-owners", set_ask_owners, 0, 0, 0, NULL },
    { "check-interval", set_number, AT(check_interval), 0, 86400, "seconds" },
    { "retry-first", set_number, AT(retry_first), 1, 3600, "seconds" },
    { "retry-most", set_number, AT(retry_most), 1, 86400, "seconds" },
    { "journal", set_path, AT(journal), 0, 0, NULL },
    { "pid-file", set_path, AT(pid_file), 0, 0, NULL },
    { "xenstore", set_xenstore, AT(xenstore), 0, 0, NULL },
    { "metrics", set_path, AT(metrics), 0, 0, NULL },
    { "record", set_path, AT(record), 0, 0, NULL },
    { "record-most", set_number, AT(record_most), 1, 65536, "MiB" },
    { "events", set_path, AT(events), 0, 0, NULL },
    { "log-level", set_log_level, 0, 0, 0, NULL },
    { "log-target", set_log_target, 0, 0, 0, NULL },
};

int conf_init(struct conf *conf)
{
    *conf = (struct conf){
        .check_interval = 60,
        .retry_first = 1,
        .retry_most = 300,
        .record_most = 64,
        .log_level = LOG_LEVEL_NOTICE,
        .journal = strdup("/var/lib/xen-pci/journal"),
        .pid_file = strdup("/run/xen-pci/xen-pcid.pid"),
        .xenstore = strdup("/tool/xen-pcid"),
    };
    if ( conf->journal && conf->pid_file && conf->xenstore )
        return 0;
    conf_dispose(conf);

    return -ENOMEM;
}

void conf_dispose(struct conf *conf)
{
    free(conf->journal);
    free(conf->pid_file);
    free(conf->xenstore);
    free(conf->metrics);
    free(conf->record);
    free(conf->events);
    *conf = (struct conf){ 0 };
}

static const struct conf_key *find_key(const char *name)
{
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(keys); i++ )
    {
        if ( !strcmp(name, keys[i].name) )
            return &keys[i];
    }

    return NULL;
}

int conf_set(struct conf *conf, const char *name, const char *value,
             struct xpci_message *message)
{
    const struct conf_key *key = find_key(name);

    if ( key )
        return key->set(conf, key, value, message);
    message_set(message, "there is no key \"%.64s\"", name);

    return -EINVAL;
}

static char *trim(char *text)
{
    size_t length;

    text += strspn(text, " \t\r");
    for ( length = strlen(text); length && strchr(" \t\r", text[length - 1]);
          length-- )
        text[length - 1] = '\0';

    return text;
}

/* What is being read, and where each key was set. */
struct conf_file {
    struct conf *conf;
    const char *path;
    unsigned int line;
    unsigned int set_at[ARRAY_SIZE(keys)]; /* a line, 0: not yet */
    conf_complain *complain;
    void *data;
};

static int complain_of(struct conf_file *file, int rc, const char *what)
{
    char text[1024];

    snprintf(text, sizeof(text), "%.400s:%u: %s", file->path, file->line, what);
    file->complain(file->data, text);

    return rc;
}

static int take_setting(struct conf_file *file, const char *name,
                        const char *value)
{
    const struct conf_key *key = find_key(name);
    struct xpci_message message, said;
    int rc;

    if ( key && file->set_at[key - keys] )
    {
        message_set(&message, "%s: set in line %u already", name,
                    file->set_at[key - keys]);
        return complain_of(file, -EINVAL, message.text);
    }
    rc = conf_set(file->conf, name, value, &said);
    if ( rc )
    {
        message_set(&message, "%s%s%s", key ? name : "", key ? ": " : "",
                    said.text);
        return complain_of(file, rc, message.text);
    }
    file->set_at[key - keys] = file->line;

    return 0;
}

static int take_line(struct conf_file *file, char *line)
{
    char *value;

    line = trim(line);
    if ( !*line || *line == '#' )
        return 0;
    value = strchr(line, '=');
    if ( !value )
        return complain_of(file, -EINVAL, "expected \"key = value\"");
    *value++ = '\0';
    value = trim(value);
    if ( !*value )
        return complain_of(file, -EINVAL, "there is no value behind the \"=\"");

    return take_setting(file, trim(line), value);
}

static int check_together(struct conf_file *file)
{
    const struct conf *conf = file->conf;

    if ( conf->retry_first <= conf->retry_most )
        return 0;
    file->line = file->set_at[find_key("retry-first") - keys];
    if ( !file->line )
        file->line = file->set_at[find_key("retry-most") - keys];

    return complain_of(file, -EINVAL, "retry-first is longer than retry-most");
}

int conf_read(struct conf *conf, const char *path, conf_complain *complain,
              void *data)
{
    struct conf_file file = {
        .conf = conf, .path = path, .complain = complain, .data = data
    };
    struct xpci_message message;
    char *bytes, *line, *next;
    size_t size;
    int rc = file_read(path, CONF_MOST_BYTES, &bytes, &size, &message);

    if ( rc )
    {
        complain(data, message.text);
        return rc;
    }
    for ( line = bytes; line; line = next )
    {
        bool cut = line + strlen(line) < bytes + size;
        int outcome;

        file.line++;
        next = strchr(line, '\n');
        if ( !next && cut )
        {
            rc = complain_of(&file, -EINVAL, "there is a NUL byte");
            break;
        }
        if ( next )
            *next++ = '\0';
        outcome = take_line(&file, line);
        if ( outcome )
            rc = outcome;
    }
    if ( !rc )
        rc = check_together(&file);
    free(bytes);

    return rc;
}
