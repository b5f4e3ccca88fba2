/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "../../dom0-agent/conf.h"
#include "../../dom0-agent/file.h"
#include "suites.h"

static char said[4096];

static void complain(void *data, const char *text)
{
    (void)data;
    snprintf(said + strlen(said), sizeof(said) - strlen(said), "%s\n", text);
}

/* What reading `text` says, each line without the file's name. */
static int read_text(const char *text, size_t size, struct conf *conf)
{
    struct xpci_message message;
    int rc;

    said[0] = '\0';
    CU_ASSERT_FATAL(
        !file_replace(scratch_path("conf"), text, size, 0644, false, &message));
    CU_ASSERT_FATAL(!conf_init(conf));
    rc = conf_read(conf, scratch_path("conf"), complain, NULL);

    return rc;
}

/* The file that is shipped sets every key to its default. */
static void test_shipped(void)
{
    struct conf conf, defaults;

    CU_ASSERT_FATAL(!conf_init(&conf));
    CU_ASSERT_FATAL(!conf_init(&defaults));
    said[0] = '\0';
    CU_ASSERT(!conf_read(&conf, "dom0-agent/xen-pcid.conf", complain, NULL));
    CU_ASSERT_STRING_EQUAL(said, "");
    CU_ASSERT_EQUAL(conf.backend, defaults.backend);
    CU_ASSERT_EQUAL(conf.repair_given, defaults.repair_given);
    CU_ASSERT_EQUAL(conf.ask_owners, defaults.ask_owners);
    CU_ASSERT_EQUAL(conf.check_interval, defaults.check_interval);
    CU_ASSERT_EQUAL(conf.retry_first, defaults.retry_first);
    CU_ASSERT_EQUAL(conf.retry_most, defaults.retry_most);
    CU_ASSERT_EQUAL(conf.record_most, defaults.record_most);
    CU_ASSERT_EQUAL(conf.log_level, defaults.log_level);
    CU_ASSERT_EQUAL(conf.log_target, defaults.log_target);
    CU_ASSERT_STRING_EQUAL(conf.journal, defaults.journal);
    CU_ASSERT_STRING_EQUAL(conf.pid_file, defaults.pid_file);
    CU_ASSERT_STRING_EQUAL(conf.xenstore, defaults.xenstore);
    CU_ASSERT_PTR_NULL(conf.metrics);
    CU_ASSERT_PTR_NULL(conf.record);
    CU_ASSERT_PTR_NULL(conf.events);
    conf_dispose(&conf);
    conf_dispose(&defaults);
}

/* One line each: what is wrong with it, or what it sets. */
static void test_lines(void)
{
    static const struct {
        const char *text;
        const char *says; /* NULL: it is right */
    } cases[] = {
        { "", NULL },
        { "# nothing\n\n   \t\n", NULL },
        { "check-interval = 5\n", NULL },
        { "check-interval=off", NULL },
        { "  check-interval\t=  86400  \r\n", NULL },
        { "repair = safe\nbackend = embedded\n", NULL },
        { "xenstore = off\njournal = off\nmetrics = /a\n", NULL },
        { "check-interval = 86401\n",
          ":1: check-interval: expected off or 1 to 86400 seconds, found "
          "\"86401\"" },
        { "check-interval = -1\n", "found \"-1\"" },
        { "check-interval = 1s\n", "found \"1s\"" },
        { "check-interval = 99999999999999999999\n", ":1: check-interval" },
        { "retry-first = 0\n", "expected 1 to 3600 seconds" },
        { "ask-owners = ask\n", "expected yes or no, found \"ask\"" },
        { "record-most = 0\n", "expected 1 to 65536 MiB, found \"0\"" },
        { "record-most = off\n", ":1: record-most: expected 1 to" },
        { "retry-first = 10\nretry-most = 5\n",
          ":1: retry-first is longer than retry-most" },
        { "\n\nretry-most = off\n", ":3: retry-most" },
        { "repair = everything\n", "expected auto, none, safe or all" },
        { "backend = kvm\n", "expected auto, xen or embedded" },
        { "log-level = loud\n", "expected error, warning" },
        { "log-target = paper\n", "expected auto, stderr or syslog" },
        { "journal = var/journal\n", "expected off or an absolute path" },
        { "events = off\n", "expected kernel or an absolute path" },
        { "pid-file = off\n", "expected an absolute path" },
        { "xenstore = /tool/xen.pcid\n", "absolute path in xenstore" },
        { "xenstore = /tool/\n", "absolute path in xenstore" },
        { "xenstore = /\n", "absolute path in xenstore" },
        { "interval = 5\n", ":1: there is no key \"interval\"" },
        { "check-interval 5\n", ":1: expected \"key = value\"" },
        { "check-interval =\n", ":1: there is no value" },
        { "= 5\n", "there is no key \"\"" },
        { "check-interval = 5\n\ncheck-interval = 6\n",
          ":3: check-interval: set in line 1 already" },
    };
    struct conf conf;
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(cases); i++ )
    {
        int rc = read_text(cases[i].text, strlen(cases[i].text), &conf);

        CU_ASSERT_EQUAL(rc, cases[i].says ? -EINVAL : 0);
        CU_ASSERT(cases[i].says ? strstr(said, cases[i].says) != NULL : !*said);
        conf_dispose(&conf);
    }
}

static void test_values(void)
{
    static const char text[] = "check-interval = off\nrepair = none\n"
                               "log-level = debug\nmetrics = /m/x.prom\n"
                               "record = /r\nevents = /e\nxenstore = off\n"
                               "retry-first = 2\nretry-most = 3\n"
                               "record-most = 4\n";
    struct conf conf;

    CU_ASSERT(!read_text(text, strlen(text), &conf));
    CU_ASSERT_EQUAL(conf.check_interval, 0);
    CU_ASSERT(conf.repair_given && conf.repair == PLAN_REPAIR_NONE);
    CU_ASSERT_EQUAL(conf.log_level, LOG_LEVEL_DEBUG);
    CU_ASSERT_STRING_EQUAL(conf.metrics, "/m/x.prom");
    CU_ASSERT_STRING_EQUAL(conf.record, "/r");
    CU_ASSERT_STRING_EQUAL(conf.events, "/e");
    CU_ASSERT_PTR_NULL(conf.xenstore);
    CU_ASSERT_EQUAL(conf.retry_first, 2);
    CU_ASSERT_EQUAL(conf.record_most, 4);
    conf_dispose(&conf);
    conf_dispose(&conf);
}

/* All that is wrong is said, each with its line. */
static void test_all_said(void)
{
    static const char text[] = "a = 1\n# fine\nbackend = x\nrepair\n";
    struct conf conf;

    CU_ASSERT_EQUAL(read_text(text, strlen(text), &conf), -EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "conf:1: "));
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "conf:3: "));
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "conf:4: "));
    conf_dispose(&conf);
}

static void test_bytes(void)
{
    static const char nul[] = "repair = all\nbackend\0 = xen\n";
    char random[4096];
    struct conf conf;
    unsigned int i, round;

    CU_ASSERT_EQUAL(read_text(nul, sizeof(nul) - 1, &conf), -EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, ":2: there is a NUL byte"));
    conf_dispose(&conf);

    for ( round = 0; round < 50; round++ )
    {
        for ( i = 0; i < sizeof(random); i++ )
            random[i] = (char)((i * 2654435761U + round * 40503U) >> 13);
        CU_ASSERT(read_text(random, sizeof(random), &conf));
        conf_dispose(&conf);
    }
}

static void test_no_file(void)
{
    struct conf conf;

    said[0] = '\0';
    CU_ASSERT_FATAL(!conf_init(&conf));
    CU_ASSERT_EQUAL(conf_read(&conf, "/nowhere", complain, NULL), -ENOENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "/nowhere"));
    CU_ASSERT_EQUAL(conf_read(&conf, "/", complain, NULL), -EINVAL);
    CU_ASSERT_EQUAL(conf_read(&conf, "/dev/zero", complain, NULL), -EINVAL);
    conf_dispose(&conf);
}

void conf_suite(CU_pSuite suite)
{
    CU_add_test(suite, "the shipped file is the defaults", test_shipped);
    CU_add_test(suite, "line by line", test_lines);
    CU_add_test(suite, "values arrive", test_values);
    CU_add_test(suite, "all that is wrong is said", test_all_said);
    CU_add_test(suite, "any bytes", test_bytes);
    CU_add_test(suite, "no such file", test_no_file);
}
