/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xen-pcid: the command line, then --once, or the daemon from its beginning
 * (configuration, lock, background) to its end.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agree/lock.h"
#include "clock.h"
#include "fault.h"
#include "log.h"
#include "loop.h"
#include "message.h"
#include "metrics.h"
#include "once.h"

/* So long the log's last lines may take to be read; milliseconds. */
#define LAST_LINES 500U

/* What the daemon has from its beginning to its end. */
struct beginning {
    struct options options;
    struct conf conf[2]; /* the one in force, and the one before */
    unsigned int current;
    int lock;
    int ready_pipe; /* to the process that was started; -1: foreground */
    struct config_space *space; /* that an embedded hypervisor is opened on */
    struct backend *backend;
};

static void complain(void *data, const char *text)
{
    (void)data;
    log_error("%s", text);
}

static void warn(void *data, const char *text)
{
    (void)data;
    log_warning("%s", text);
}

static const struct conf *conf_of(const struct beginning *beginning)
{
    return &beginning->conf[beginning->current];
}

/* loop_options.reload */
static int reload(void *data, const struct conf **conf,
                  struct xpci_message *message)
{
    struct beginning *beginning = data;
    unsigned int other = !beginning->current;
    int rc;

    conf_dispose(&beginning->conf[other]);
    rc = options_conf(&beginning->options, &beginning->conf[other], complain,
                      NULL);
    if ( rc )
    {
        message_set(message, "the configuration cannot be taken over");
        return rc;
    }
    beginning->current = other;
    *conf = conf_of(beginning);

    return 0;
}

static void log_to(const struct beginning *beginning, bool background)
{
    const struct conf *conf = conf_of(beginning);
    enum log_target target = LOG_TARGET_STDERR;

    if ( conf->log_target == CONF_LOG_SYSLOG ||
         (conf->log_target == CONF_LOG_AUTO && background) )
        target = LOG_TARGET_SYSLOG;
    else if ( getenv("JOURNAL_STREAM") )
        target = LOG_TARGET_JOURNAL;
    log_open(target, conf->log_level);
}

/* loop_options.ready: let go of who started the daemon, and of its terminal. */
static void ready(void *data)
{
    struct beginning *beginning = data;
    int null;

    log_info("ready");
    if ( beginning->ready_pipe < 0 )
        return;
    /* What was said so far is for who started the daemon. */
    log_end_thread(clock_now() + LAST_LINES);
    log_to(beginning, true);
    null = open("/dev/null", O_RDWR);
    if ( null < 0 || dup2(null, STDIN_FILENO) < 0 ||
         dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0 )
        log_warning("the terminal stays open: %s", strerror(errno));
    if ( null > STDERR_FILENO )
        close(null);
    /* Where this fails, who waits sees the pipe close. */
    (void)!write(beginning->ready_pipe, "", 1);
    close(beginning->ready_pipe);
    beginning->ready_pipe = -1;
    if ( log_start_thread() )
        log_warning("no memory for the log's thread: who reads the log can "
                    "hold up the daemon");
}

static int open_backend(struct beginning *beginning,
                        struct xpci_message *message)
{
    const struct options *options = &beginning->options;

    if ( conf_of(beginning)->backend == CONF_BACKEND_EMBEDDED )
        return agree_open_embedded(
            &beginning->backend, &beginning->space, &options->source,
            options->boot_given ? &options->boot : NULL, warn, NULL, message);
    if ( options->source.kind != VIEW_LIVE || options->boot_given )
    {
        message_set(message, "--sysfs and --boot-from go with the embedded "
                             "hypervisor: --backend embedded");
        return -EINVAL;
    }

    return backend_xen_open(&beginning->backend, message);
}

/*
 * No Xen, no agreement: metrics from a life on a Xen must not stay as they
 * are.
 */
static void say_absence(const struct beginning *beginning, int rc)
{
    const char *path = conf_of(beginning)->metrics;
    struct xpci_message message;

    if ( path && metrics_write_absence(path, rc, &message) )
        log_warning("%s", message.text);
}

/* The daemon itself, in whichever process.  The exit code. */
static int serve(struct beginning *beginning)
{
    struct loop_options options = {
        .daemon = { .conf = conf_of(beginning),
                    .source = &beginning->options.source },
        .reload = reload,
        .ready = ready,
        .data = beginning,
    };
    struct xpci_message message = { "" };
    struct loop_counts counts;
    int rc;

    rc = loop_signals();
    if ( !rc )
        rc = log_start_thread();
    if ( rc )
    {
        log_error("cannot set up signals and threads: %s", strerror(-rc));
        goto out;
    }
    rc = lock_write_pid(beginning->lock, &message);
    if ( !rc )
        rc = open_backend(beginning, &message);
    if ( rc )
        say_absence(beginning, rc);
    if ( !rc && conf_of(beginning)->xenstore )
        rc = store_xen_open(&options.store);
    if ( rc )
    {
        log_error("%s", *message.text ? message.text : strerror(-rc));
        goto out;
    }
    options.daemon.backend = beginning->backend;
    options.daemon.trial = conf_of(beginning)->backend == CONF_BACKEND_EMBEDDED;
    if ( options.daemon.trial )
        log_warning("a trial on an embedded hypervisor: no Xen is told of "
                    "anything, and no agreement is exported");
    else
        log_info("starting on %s", beginning->backend->ops->name);
    rc = loop_run(&options, &counts, &message);
    if ( rc )
        log_error("%s", message.text);
    else
        log_info("ended as asked");

out:
    log_end_thread(clock_now() + LAST_LINES);
    backend_close(beginning->backend);
    config_space_close(beginning->space);
    lock_release(beginning->lock);

    return rc ? EXIT_SYSTEM : 0;
}

/* Wait until the daemon is ready, or has ended before it was. */
static int wait_for(pid_t daemon, int pipe)
{
    char byte;
    int status;

    if ( read(pipe, &byte, 1) == 1 )
        return 0;
    if ( waitpid(daemon, &status, 0) == daemon && WIFEXITED(status) &&
         WEXITSTATUS(status) )
        return WEXITSTATUS(status);

    return EXIT_SYSTEM;
}

static int serve_in_background(struct beginning *beginning)
{
    int pipes[2];
    pid_t daemon;

    if ( pipe2(pipes, O_CLOEXEC) )
    {
        log_error("cannot make a pipe: %s", strerror(errno));
        return EXIT_SYSTEM;
    }
    daemon = fork();
    if ( daemon < 0 )
    {
        log_error("cannot start another process: %s", strerror(errno));
        return EXIT_SYSTEM;
    }
    if ( daemon )
    {
        close(pipes[1]);
        return wait_for(daemon, pipes[0]);
    }
    close(pipes[0]);
    beginning->ready_pipe = pipes[1];
    if ( setsid() < 0 || chdir("/") )
    {
        log_error("cannot become a daemon: %s", strerror(errno));
        return EXIT_SYSTEM;
    }

    return serve(beginning);
}

static int check_config(const struct options *options)
{
    struct conf conf;
    int rc = options_conf(options, &conf, complain, NULL);

    conf_dispose(&conf);
    if ( rc )
        return EXIT_USAGE;

    return printf("the configuration is in order\n") < 0 || fflush(stdout)
               ? EXIT_SYSTEM
               : 0;
}

static int begin(struct beginning *beginning)
{
    struct xpci_message message = { "" };
    const char *path;
    pid_t holder;

    if ( options_conf(&beginning->options, &beginning->conf[0], complain,
                      NULL) )
        return EXIT_USAGE;
    /* Until it is ready, what goes wrong is said to who started it. */
    log_to(beginning, false);
    fault_init();
    path = conf_of(beginning)->pid_file;
    beginning->lock = lock_take(path, 0644, &holder, &message);
    if ( beginning->lock == -EWOULDBLOCK )
        log_error("another xen-pcid is running (process %d, %s)", holder, path);
    else if ( beginning->lock < 0 )
        log_error("%s", message.text);
    if ( beginning->lock < 0 )
        return EXIT_SYSTEM;

    return beginning->options.foreground ? serve(beginning)
                                         : serve_in_background(beginning);
}

int main(int argc, char **argv)
{
    struct beginning beginning = { .ready_pipe = -1 };
    int code = options_parse(&beginning.options, argc, argv);

    if ( code != -1 )
        return code;
    if ( beginning.options.once )
        return once_main(&beginning.options);
    if ( beginning.options.check_config )
        return check_config(&beginning.options);
    code = begin(&beginning);
    conf_dispose(&beginning.conf[0]);
    conf_dispose(&beginning.conf[1]);

    return code;
}
