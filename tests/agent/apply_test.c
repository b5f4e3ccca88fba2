/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Plans carried out on a hypervisor that refuses what it is told to refuse.
 */
#include <stdio.h>

#include "agree/agree.h"
#include "machine.h"
#include "suites.h"

#define ROOT "00:00.0 host; "

struct fake {
    struct backend backend;
    struct sbdf_set refused;
    int rc; /* with which it refuses */
    char calls[1024];
    char outcomes[1024];
};

static void append(char *text, size_t size, const char *word, uint32_t sbdf)
{
    char place[XPCI_SBDF_LENGTH];
    size_t length = strlen(text);

    snprintf(text + length, size - length, "%s%s %s", length ? "; " : "", word,
             xpci_sbdf_format(place, sbdf) + 5);
}

static int fake_call(struct backend *backend, const char *word, uint32_t sbdf)
{
    struct fake *fake = (struct fake *)backend;

    append(fake->calls, sizeof(fake->calls), word, sbdf);

    return sbdf_set_has(&fake->refused, sbdf) ? fake->rc : 0;
}

static int fake_add(struct backend *backend, uint32_t sbdf,
                    const struct xpci_report *report)
{
    (void)report;

    return fake_call(backend, "add", sbdf);
}

static int fake_remove(struct backend *backend, uint32_t sbdf)
{
    return fake_call(backend, "remove", sbdf);
}

static const struct backend_ops fake_ops = {
    .name = "fake",
    .add = fake_add,
    .remove = fake_remove,
};

static void told(void *data, const struct plan_step *step,
                 const struct agree_result *result)
{
    static const char *const words[] = {
        [AGREE_PENDING] = "pending", [AGREE_DONE] = "done",
        [AGREE_FAILED] = "failed",   [AGREE_SKIPPED] = "skipped",
        [AGREE_STOPPED] = "stopped", [AGREE_HELD] = "held",
        [AGREE_STALE] = "stale",
    };
    struct fake *fake = data;

    append(fake->outcomes, sizeof(fake->outcomes), words[result->outcome],
           step->sbdf);
}

struct apply_case {
    const char *name;
    const char *dom0;
    const char *hypervisor;
    const char *refused;
    int rc;
    int expected_rc;
    size_t undone;
    const char *calls;
    const char *outcomes;
};

static const struct apply_case cases[] = {
    { "nothing refused", ROOT "02:00.0 disk", ROOT "01:00.0 disk", NULL, 0, 0,
      0, "remove 01:00.0; add 02:00.0", "done 01:00.0; done 02:00.0" },
    { "what left by itself is removed", ROOT, ROOT "01:00.0 disk", "01:00.0",
      -ENODEV, 0, 0, "remove 01:00.0", "done 01:00.0" },
    { "what vanished meanwhile is not added", ROOT "01:00.0 disk", ROOT,
      "01:00.0", -ENODEV, 0, 1, "add 01:00.0", "failed 01:00.0" },
    { "a bridge that is refused: not what is behind it, but the others",
      ROOT "00:02.0 port 01-02; 01:00.0 port 02-02; 02:00.0 disk; "
           "00:03.0 disk",
      ROOT, "00:02.0", -ENODEV, 0, 3, "add 00:02.0; add 00:03.0",
      "failed 00:02.0; done 00:03.0; skipped 01:00.0; skipped 02:00.0" },
    { "a PF that is refused: not its VFs",
      ROOT "00:03.0 card; 00:04.0 vf=00:03.0; 00:05.0 disk", ROOT, "00:03.0",
      -ENOMEM, 0, 2, "add 00:03.0; add 00:05.0",
      "failed 00:03.0; done 00:05.0; skipped 00:04.0" },
    { "a VF that stays: not its PF, nor the bridge above, but the others", ROOT,
      ROOT "00:02.0 port 01-01; 01:00.0 card; 01:01.0 disk; "
           "01:10.0 vf=01:00.0",
      "01:10.0", -EBUSY, 0, 3, "remove 01:10.0; remove 01:01.0",
      "failed 01:10.0; done 01:01.0; skipped 01:00.0; skipped 00:02.0" },
    { "what stays could not be reported: the bridge on record stays too",
      ROOT "00:03.0 port 05-05; 05:00.0 disk",
      ROOT "00:02.0 port 05-06; 00:03.0 port 07-07; 05:00.0 disk", "05:00.0",
      -ENOMEM, 0, 2, "add 05:00.0; add 00:03.0",
      "failed 05:00.0; skipped 00:02.0; done 00:03.0" },
    { "the same, two levels below it",
      ROOT "00:03.0 port 05-06; 05:00.0 port 06-06; 06:00.0 disk",
      ROOT "00:02.0 port 05-06; 05:00.0 port 06-06; 06:00.0 disk", "06:00.0",
      -ENOMEM, 0, 2, "add 05:00.0; add 06:00.0; add 00:03.0",
      "done 05:00.0; failed 06:00.0; skipped 00:02.0; done 00:03.0" },
    { "the same, where the bridge is replaced",
      ROOT "00:02.0 card; 00:03.0 port 05-05; 05:00.0 disk",
      ROOT "00:02.0 port 05-06; 00:03.0 port 07-07; 05:00.0 disk", "05:00.0",
      -ENOMEM, 0, 2, "add 05:00.0; add 00:03.0",
      "failed 05:00.0; done 00:03.0; skipped 00:02.0" },
    { "not permitted: no other call is made", ROOT "02:00.0 disk; 03:00.0 disk",
      ROOT "01:00.0 disk", "01:00.0", -EPERM, -EPERM, 3, "remove 01:00.0",
      "failed 01:00.0; stopped 02:00.0; stopped 03:00.0" },
    { "no such hypercall: no other call is made",
      ROOT "02:00.0 disk; 03:00.0 disk", ROOT, "02:00.0", -ENOSYS, -ENOSYS, 2,
      "add 02:00.0", "failed 02:00.0; stopped 03:00.0" },
};

static void run_case(const struct apply_case *made)
{
    static const struct agree_front front = { .told = told };
    static const struct view_source source = { VIEW_DUMP, NULL };
    struct fake fake = { .backend.ops = &fake_ops, .rc = made->rc };
    struct xpci_message message;
    struct sbdf_set none;
    struct agree agree;
    struct plan_input input;

    sbdf_set_init(&none);
    sbdf_set_init(&fake.refused);
    machine_set(&fake.refused, made->refused);
    agree_init(&agree, &fake.backend, &source, &front, &fake);
    machine_read(&agree.look.dom0.snapshot, made->dom0);
    machine_read(&agree.look.hypervisor, made->hypervisor);
    input = (struct plan_input){
        .dom0 = &agree.look.dom0.snapshot,
        .hypervisor = &agree.look.hypervisor,
        .listed = &none,
        .module = true,
        .repair = PLAN_REPAIR_ALL,
    };
    CU_ASSERT_EQUAL_FATAL(plan_make(&agree.look.plan, &input), 0);

    CU_ASSERT_EQUAL(agree_apply(&agree, &message), made->expected_rc);
    CU_ASSERT_EQUAL(agree.undone, made->undone);
    ASSERT_TEXT(fake.calls, made->calls, made->name);
    ASSERT_TEXT(fake.outcomes, made->outcomes, made->name);

    agree_dispose(&agree);
    sbdf_set_dispose(&fake.refused);
}

static void test_outcomes(void)
{
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(cases); i++ )
        run_case(&cases[i]);
}

CU_TestInfo apply_tests[] = {
    { "outcomes", test_outcomes },
    CU_TEST_INFO_NULL,
};
