/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose device is it: stable paths, what is displaced, what is remembered, and
 * what a guest's device may be.
 */
#include "script.h"
#include "suites.h"

/* Root bus 80 with a port to bus 81, and a port on bus 0. */
#define TWO_ROOTS                                             \
    "80:01.0 r 81 81; 81:00.0 e; 00:01.0 r 1 1; add 80:01.0;" \
    "add 81:00.0; add 00:01.0;"

static void what_is_displaced(void)
{
    static const struct script_case cases[] = {
        { "two ports exchange their bus numbers",
          "00:01.0 r 1 1; 00:02.0 r 2 2; 01:00.0 e; 02:00.0 e; add 00:01.0;"
          "add 00:02.0; add 01:00.0; add 02:00.0; 00:01.0 r 2 2; 00:02.0 r 1 1;"
          "reset 00:01.0",
          "00:01.0 00:02.0 01:00.0^ 02:00.0^", "1>00:02.0 2>00:01.0", "", "" },
        { "and back: what is dom0's is mapped again",
          "00:01.0 r 1 1; 00:02.0 r 2 2; 01:00.0 e; 02:00.0 e; add 00:01.0;"
          "add 00:02.0; add 01:00.0; add 02:00.0; 00:01.0 r 2 2; 00:02.0 r 1 1;"
          "reset 00:01.0; 00:01.0 r 1 1; 00:02.0 r 2 2; reset 00:01.0",
          "00:01.0 00:02.0 01:00.0 02:00.0", "1>00:01.0 2>00:02.0", "", "" },
        { "what is behind it, too",
          "00:01.0 r 1 2; 01:00.0 p 2 2; 02:00.0 e; add 00:01.0; add 01:00.0;"
          "add 02:00.0; 00:01.0 r 5 6; reset 00:01.0",
          "00:01.0 01:00.0^ 02:00.0^", NULL, "", NULL },
        { "a port that loses its numbers for a moment displaces nobody",
          "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0; 00:01.0 r 0 0;"
          "reset 00:01.0",
          "00:01.0- 01:00.0", "", "", "" },
        { "nor does one behind another",
          "00:01.0 r 1 2; 01:00.0 p 2 2; 02:00.0 e; add 00:01.0; add 01:00.0;"
          "add 02:00.0; 01:00.0 p 0 0; reset 01:00.0",
          "00:01.0 01:00.0- 02:00.0", "1>00:01.0 2>00:01.0", "", "2" },
        { "one that gets others does",
          "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0; 00:01.0 r 0 0;"
          "reset 00:01.0; 00:01.0 r 2 2; reset 00:01.0",
          "00:01.0 01:00.0^", "2>00:01.0", "", "" },
        { "also where its removal leaves nothing that leads there",
          "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0; 00:01.0 r 0 0;"
          "reset 00:01.0; remove 00:01.0",
          "01:00.0^", "", "00:01.0", "" },
        /* 00:01.0 led to bus 5 once; 00:02.0 did last, and moves away. */
        { "the bridge that led there last counts",
          "00:01.0 r 5 5; 00:02.0 r 0 0; 05:00.0 e; add 00:01.0; add 00:02.0;"
          "add 05:00.0; 00:01.0 r 0 0; reset 00:01.0; 00:02.0 r 5 5;"
          "reset 00:02.0; add 05:00.0; 00:02.0 r 6 6; reset 00:02.0",
          "00:01.0- 00:02.0 05:00.0^", "6>00:02.0", "", "" },
        /* 02:00.0 is where 01:00.0 is, which has no numbers now. */
        { "the way above a bridge without numbers",
          "00:01.0 r 1 2; 00:02.0 r 5 6; 01:00.0 p 2 2; 02:00.0 e; add 00:01.0;"
          "add 00:02.0; add 01:00.0; add 02:00.0; 01:00.0 p 0 0;"
          "reset 01:00.0; 00:01.0 r 5 6; 00:02.0 r 1 2; reset 00:01.0",
          "00:01.0 00:02.0 01:00.0-^ 02:00.0^", NULL, "", "" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

/* While Linux scans behind a bridge, it reaches as far as its parent. */
static void a_range_is_no_way(void)
{
    static const struct script_case cases[] = {
        { "a range that is too wide for a while displaces nobody",
          TWO_ROOTS "00:01.0 r 1 ff; 01:00.0 e; add 01:00.0",
          "00:01.0 01:00.0 80:01.0 81:00.0", NULL, "", "" },
        { "nor when it is set right",
          TWO_ROOTS "00:01.0 r 1 ff; 01:00.0 e; add 01:00.0; 81:00.1 e;"
                    "add 81:00.1; 80:02.0 e; add 80:02.0; 00:01.0 r 1 1;"
                    "add 01:00.0",
          "00:01.0 01:00.0 80:01.0 80:02.0 81:00.0 81:00.1", NULL, "", "" },
        { "VFs on the next bus go where their PF goes",
          "00:01.0 r 1 2; 01:00.0 e; 02:00.0 v; add 00:01.0;"
          "vf 02:00.0 01:00.0; 00:01.0 r 5 6; reset 00:01.0",
          "00:01.0 01:00.0^ 02:00.0v^", NULL, "", "" },
        { "and come back with it",
          "00:01.0 r 1 2; 01:00.0 e; 02:00.0 v; add 00:01.0;"
          "vf 02:00.0 01:00.0; 00:01.0 r 5 6; reset 00:01.0; 00:01.0 r 1 2;"
          "reset 00:01.0",
          "00:01.0 01:00.0 02:00.0v", NULL, "", "" },
        { "and stay with it while their bridge has no numbers",
          "00:01.0 r 1 2; 01:00.0 e; 02:00.0 v; add 00:01.0;"
          "vf 02:00.0 01:00.0; 00:01.0 r 0 0; reset 00:01.0",
          "00:01.0- 01:00.0 02:00.0v", NULL, "", "" },
        { "unless another bridge gets their bus",
          "00:01.0 r 1 2; 01:00.0 e; 02:00.0 v; add 00:01.0;"
          "vf 02:00.0 01:00.0; 00:02.0 r 2 2; add 00:02.0",
          "00:01.0! 00:02.0! 01:00.0 02:00.0v^", NULL, "", "" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

/* A bridge that could not be added first leaves its devices on a root bus. */
static void a_way_that_becomes_known(void)
{
    static const struct script_case cases[] = {
        { "a bridge is reported after what is behind it",
          "00:01.0 r 1 2; 01:00.0 p 2 2; 02:00.0 e; add 02:00.0; add 01:00.0;"
          "add 00:01.0",
          "00:01.0 01:00.0 02:00.0", "1>00:01.0 2>01:00.0~01:00.0", "", "" },
        { "then their way is known",
          "00:01.0 r 1 2; 01:00.0 p 2 2; 02:00.0 e; add 02:00.0; add 01:00.0;"
          "add 00:01.0; 00:01.0 r 5 6; reset 00:01.0",
          "00:01.0 01:00.0^ 02:00.0^", NULL, "", NULL },
        { "a bridge that has led somewhere else before moves there",
          "00:01.0 r 5 5; add 00:01.0; 01:00.0 e; add 01:00.0; 00:01.0 r 1 1;"
          "reset 00:01.0",
          "00:01.0 01:00.0^", NULL, "", NULL },
        { "VFs on the next bus, reported before their bridge",
          "00:01.0 r 1 2; 01:00.0 e; 02:00.0 v; vf 02:00.0 01:00.0;"
          "add 00:01.0",
          "00:01.0 01:00.0 02:00.0v", NULL, "", "" },
        { "what turns out to be where a guest's device was",
          "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0;"
          "assign 01:00.0 7; gone 00:01.0; remove 00:01.0; add 01:00.0;"
          "00:01.0 r 1 1; add 00:01.0",
          "00:01.0 01:00.0^", "1>00:01.0", "", "" },
        { "and is reported then",
          "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0;"
          "assign 01:00.0 7; gone 00:01.0; remove 00:01.0; add 01:00.0;"
          "00:01.0 r 1 1; add 00:01.0; add 01:00.0",
          "00:01.0 01:00.0q@io", "1>00:01.0", "01:00.0", "" },
        /* 05:00.0 is kept there, until another bridge is where its was. */
        { "what turns out to be where a guest's device is until then",
          "00:01.0 p 5 5; 05:00.0 e; add 00:01.0; add 05:00.0;"
          "assign 05:00.0 7; 00:01.0 p 0 0; reset 00:01.0; 06:00.0 e;"
          "add 06:00.0; 00:01.0 r 6 6; add 00:01.0",
          "00:01.0 05:00.0^@io 06:00.0^", "6>00:01.0", "00:01.0", "" },
        { "what was remembered there is remembered",
          "01:00.0 e; add 01:00.0; assign 01:00.0 7; gone 01:00.0;"
          "remove 01:00.0; 00:01.0 r 1 1; add 00:01.0; 01:00.0 e; add 01:00.0",
          "00:01.0 01:00.0q@io", "1>00:01.0", "", "" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

/* What was somebody else's when it went is not dom0's when it comes back. */
#define GUEST_WENT                                                          \
    "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0; assign 01:00.0 7;" \
    "gone 01:00.0; remove 01:00.0;"

static void what_is_remembered(void)
{
    static const struct script_case cases[] = {
        { "a guest's device goes and comes back",
          GUEST_WENT "01:00.0 e; add 01:00.0", "00:01.0 01:00.0q@io", NULL, "",
          "" },
        { "whatever it is then", GUEST_WENT "01:00.0 p 2 2; add 01:00.0",
          "00:01.0 01:00.0-q@io", NULL, "", "" },
        { "beside it nothing is", GUEST_WENT "01:00.1 e; add 01:00.1",
          "00:01.0 01:00.1", NULL, "", "" },
        { "what the toolstack gave back is dom0's",
          GUEST_WENT "01:00.0 e; add 01:00.0; deassign 01:00.0", NULL, NULL,
          NULL, NULL },
        { "also when it goes and comes again",
          GUEST_WENT "01:00.0 e; add 01:00.0; deassign 01:00.0;"
                     "remove 01:00.0; add 01:00.0",
          "00:01.0 01:00.0", NULL, "", "" },
        { "what it did not give back is not",
          GUEST_WENT "01:00.0 e; add 01:00.0; remove 01:00.0; add 01:00.0",
          "00:01.0 01:00.0q@io", NULL, "", "" },
        { "the place counts, and not its number",
          GUEST_WENT "00:01.0 r 5 5; 05:00.0 e; add 05:00.0",
          "00:01.0 05:00.0q@io", NULL, "", "" },
        { "also for a scan", GUEST_WENT "01:00.0 e; scan 01:00.0",
          "00:01.0 01:00.0q@io", NULL, "", "" },
        { "a destroyed domain's device",
          "01:00.0 e; add 01:00.0; assign 01:00.0 7; destroy 7;"
          "remove 01:00.0; add 01:00.0",
          "01:00.0q@io", NULL, "", "" },
        { "what a silent bridge takes along",
          "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0;"
          "assign 01:00.0 7; gone 00:01.0; gone 01:00.0; remove 00:01.0;"
          "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0",
          "00:01.0 01:00.0q@io", NULL, "", "" },
        { "what is behind a bridge that is replaced",
          "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0;"
          "assign 01:00.0 7; 00:01.0 u 1 1; add 00:01.0; add 01:00.0",
          "00:01.0 01:00.0q@io", NULL, "", "" },
        { "what was displaced",
          "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0;"
          "assign 01:00.0 7; 00:01.0 r 5 5; 05:00.0 e; add 05:00.0",
          "00:01.0 01:00.0^@io 05:00.0q@io", NULL, "", "" },
        { "what a scanned bridge displaced",
          "00:02.0 r 1 1; 01:00.0 e; add 00:02.0; add 01:00.0;"
          "assign 01:00.0 7; 00:01.0 r 1 1; scan 00:01.0; remove 01:00.0;"
          "gone 00:01.0; remove 00:01.0; add 01:00.0",
          "00:02.0 01:00.0q@io", NULL, "", "" },
        { "what comes back by itself stays in quarantine",
          "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0;"
          "assign 01:00.0 7; 00:01.0 r 5 5; reset 00:01.0; 00:01.0 r 1 1;"
          "reset 00:01.0",
          "00:01.0 01:00.0q@io", NULL, "", "" },
        /* 05:00.0 is the place that 06:00.0 was, while a guest had it. */
        { "what a guest had meanwhile, by another number",
          "00:01.0 r 5 5; 05:00.0 e; add 00:01.0; add 05:00.0; 00:01.0 r 6 6;"
          "06:00.0 e; add 06:00.0; assign 06:00.0 7; 00:01.0 r 5 5;"
          "reset 00:01.0",
          "00:01.0 05:00.0q@io 06:00.0^@io", NULL, "", "" },
        { "what has moved, was given back, and is removed where it was",
          "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0;"
          "assign 01:00.0 7; 00:01.0 r 5 5; 05:00.0 e; add 05:00.0;"
          "deassign 05:00.0; remove 01:00.0; remove 05:00.0; add 05:00.0",
          "00:01.0 05:00.0", NULL, "", "" },
        { "what was given back is dom0's again where it comes back",
          GUEST_WENT "01:00.0 e; add 01:00.0; deassign 01:00.0; 00:01.0 r 5 5;"
                     "reset 00:01.0; 00:01.0 r 1 1; reset 00:01.0",
          "00:01.0 01:00.0", NULL, "", "" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

static void what_is_remembered_of_refused(void)
{
    static const struct script_case cases[] = {
        { "a device that the host could not take",
          GUEST_WENT "01:00.0 e; add 01:00.0; refuse 01:00.0; add 01:00.0",
          "00:01.0 01:00.0q@io", NULL, "", "" },
        { "one that is a guest's",
          "01:00.0 e; add 01:00.0; assign 01:00.0 7; refuse 01:00.0;"
          "add 01:00.0",
          "01:00.0q@io", NULL, "", "" },
        { "a bridge, which stays",
          "00:01.0 p 1 1; add 00:01.0; assign 00:01.0 7; gone 00:01.0;"
          "remove 00:01.0; 00:01.0 p 1 1; add 00:01.0; refuse 00:01.0",
          "00:01.0-*", NULL, "", "" },
        { "and is reported again",
          "00:01.0 p 1 1; add 00:01.0; assign 00:01.0 7; gone 00:01.0;"
          "remove 00:01.0; 00:01.0 p 1 1; add 00:01.0; refuse 00:01.0;"
          "add 00:01.0",
          "00:01.0-q@io", NULL, "", "" },
        { "VFs of a PF",
          "01:00.0 e; 01:00.1 v; vf 01:00.1 01:00.0; assign 01:00.1 7;"
          "refuse 01:00.0; vf 01:00.1 01:00.0",
          "01:00.0 01:00.1vq@io", NULL, "", "" },
        { "a VF of a guest's PF is remembered by its PF only",
          "01:00.0 e; 01:00.1 v; add 01:00.0; assign 01:00.0 7;"
          "vf 01:00.1 01:00.0; deassign 01:00.1; refuse 01:00.1;"
          "deassign 01:00.0; deassign 01:00.0; vf 01:00.1 01:00.0",
          "01:00.0 01:00.1v", NULL, "", "" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

static void virtual_functions(void)
{
    static const struct script_case cases[] = {
        { "a VF of a guest's PF",
          "01:00.0 e; 01:00.1 v; add 01:00.0; assign 01:00.0 7;"
          "vf 01:00.1 01:00.0",
          "01:00.0@7 01:00.1vq@io", NULL, "", "" },
        { "a VF that brings a PF which is remembered",
          GUEST_WENT "01:00.0 e; 01:00.1 v; vf 01:00.1 01:00.0",
          "00:01.0 01:00.0q@io 01:00.1vq@io", NULL, "", "" },
        { "a VF whose PF is displaced by the report itself",
          "00:01.0 r 1 2; 01:00.0 e; 02:00.0 v; add 00:01.0; add 01:00.0;"
          "00:01.0 r 5 6; vf 02:00.0 01:00.0 = -19",
          "00:01.0 01:00.0", "1>00:01.0 2>00:01.0", "", "" },
        { "a guest's VF stays one",
          "01:00.0 e; 01:00.1 v; vf 01:00.1 01:00.0; assign 01:00.1 7;"
          "add 01:00.1",
          "01:00.0 01:00.1v%@7", NULL, "", "" },
        { "a PF that is a bridge",
          "01:00.0 p 2 2; 01:00.1 v; vf 01:00.1 01:00.0 = -22", "", NULL, "",
          "" },
        { "a PF that is known as a bridge",
          "01:00.0 p 2 2; add 01:00.0; 01:00.0 e; 01:00.1 v;"
          "vf 01:00.1 01:00.0 = -19",
          "01:00.0", NULL, "", "" },
        { "a PF that is known as bridge-only",
          "01:00.0 p 2 2; add 01:00.0; refuse 01:00.0; 01:00.0 e; 01:00.1 v;"
          "vf 01:00.1 01:00.0 = -19",
          "01:00.0*", NULL, "", "" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

static void a_guests_device_stays_what_it_is(void)
{
    static const struct script_case cases[] = {
        { "it says that it is another",
          "01:00.0 e; add 01:00.0; assign 01:00.0 7; 01:00.0 o; add 01:00.0",
          "01:00.0%@7", NULL, "", "" },
        { "and no longer",
          "01:00.0 e; add 01:00.0; assign 01:00.0 7; 01:00.0 o; add 01:00.0;"
          "01:00.0 e; add 01:00.0",
          "01:00.0@7", NULL, "", "" },
        { "when dom0 has it again it is another",
          "01:00.0 e; add 01:00.0; assign 01:00.0 7; 01:00.0 o; add 01:00.0;"
          "deassign 01:00.0; deassign 01:00.0; add 01:00.0",
          "01:00.0", NULL, "01:00.0", "" },
        { "it says that it is a bridge to another guest's bus",
          "00:01.0 r 1 1; 00:02.0 r 2 2; 01:00.0 e; 02:00.0 e; add 00:01.0;"
          "add 00:02.0; add 01:00.0; add 02:00.0; assign 01:00.0 7;"
          "assign 02:00.0 8; 01:00.0 p 2 2; add 01:00.0; reset 01:00.0;"
          "add 02:00.0",
          "00:01.0 00:02.0 01:00.0%@7 02:00.0@8", "1>00:01.0 2>00:02.0", "",
          "" },
        { "a bridge keeps its numbers",
          "00:01.0 p 1 1; 01:00.0 e; add 00:01.0; add 01:00.0;"
          "assign 00:01.0 7; 00:01.0 p 2 2; add 00:01.0; reset 00:01.0;"
          "add 01:00.0; 02:00.0 e; add 02:00.0",
          "00:01.0@7 01:00.0 02:00.0", "1>00:01.0~00:01.0", "", "" },
        { "also where it does not answer",
          "00:01.0 p 1 1; 01:00.0 e; add 00:01.0; add 01:00.0;"
          "assign 00:01.0 7; gone 00:01.0; add 01:00.0",
          "00:01.0@7 01:00.0", "1>00:01.0~00:01.0", "", "" },
        { "or is an endpoint",
          "00:01.0 p 1 1; 01:00.0 e; add 00:01.0; add 01:00.0;"
          "assign 00:01.0 7; 00:01.0 e; add 00:01.0; add 01:00.0",
          "00:01.0%@7 01:00.0", "1>00:01.0~00:01.0", "", "" },
        { "in quarantine it does as well",
          "01:00.0 e; add 01:00.0; assign 01:00.0 7; destroy 7; 01:00.0 o;"
          "add 01:00.0",
          "01:00.0%@io", NULL, "", "" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

/* The reported device is there, so the way to it is its own. */
static void a_report_of_what_moved_there(void)
{
    static const struct script_case cases[] = {
        { "dom0's, and the same to look at",
          "00:01.0 r 1 1; 00:02.0 r 2 2; 01:00.0 e; 02:00.0 e; add 00:01.0;"
          "add 00:02.0; add 01:00.0; add 02:00.0; 00:01.0 r 2 2; 00:02.0 r 1 1;"
          "add 01:00.0",
          "00:01.0 00:02.0 01:00.0 02:00.0^", "1>00:02.0 2>00:01.0", "", "" },
        { "and another to look at",
          "00:01.0 r 1 1; 00:02.0 r 2 2; 01:00.0 e; 02:00.0 e; add 00:01.0;"
          "add 00:02.0; add 01:00.0; add 02:00.0; 00:01.0 r 2 2; 00:02.0 r 1 1;"
          "01:00.0 o; add 01:00.0",
          "00:01.0 00:02.0 01:00.0 02:00.0^", "1>00:02.0 2>00:01.0", "01:00.0",
          "" },
        { "where a guest's device was",
          "00:01.0 r 1 1; 00:02.0 r 2 2; 01:00.0 e; 02:00.0 e; add 00:01.0;"
          "add 00:02.0; add 01:00.0; add 02:00.0; assign 01:00.0 7;"
          "00:01.0 r 2 2; 00:02.0 r 1 1; add 01:00.0",
          "00:01.0 00:02.0 01:00.0 02:00.0^", "1>00:02.0 2>00:01.0", "01:00.0",
          "" },
        { "and where the guest's device is now",
          "00:01.0 r 1 1; 00:02.0 r 2 2; 01:00.0 e; 02:00.0 e; add 00:01.0;"
          "add 00:02.0; add 01:00.0; add 02:00.0; assign 01:00.0 7;"
          "00:01.0 r 2 2; 00:02.0 r 1 1; add 01:00.0; add 02:00.0",
          "00:01.0 00:02.0 01:00.0 02:00.0q@io", "1>00:02.0 2>00:01.0",
          "02:00.0", "" },
        { "a bridge, with what is behind it",
          "00:01.0 r 1 2; 00:02.0 r 5 6; 01:00.0 p 2 2; 02:00.0 e;"
          "05:00.0 p 6 6; add 00:01.0; add 00:02.0; add 01:00.0; add 02:00.0;"
          "add 05:00.0;"
          "00:01.0 r 5 6; 00:02.0 r 1 2; add 01:00.0",
          "00:01.0 00:02.0 01:00.0 02:00.0^ 05:00.0^", NULL, "", NULL },
        { "a VF, with its PF",
          "00:01.0 r 1 1; 00:02.0 r 2 2; 01:00.0 e; 01:00.1 v; add 00:01.0;"
          "add 00:02.0; vf 01:00.1 01:00.0; assign 01:00.1 7; 00:01.0 r 2 2;"
          "00:02.0 r 1 1; vf 01:00.1 01:00.0 = -19; add 01:00.0;"
          "vf 01:00.1 01:00.0",
          "00:01.0 00:02.0 01:00.0 01:00.1v", NULL, "01:00.1", "" },
        { "what was displaced before",
          "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0; 00:01.0 r 5 5;"
          "reset 00:01.0; add 01:00.0",
          "00:01.0 01:00.0", "5>00:01.0", "", "" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

static void a_removal_is_refused(void)
{
    static const struct script_case cases[] = {
        { "a guest's device that answers",
          "01:00.0 e; add 01:00.0; assign 01:00.0 7; remove 01:00.0 = -16",
          "01:00.0@7", NULL, "", "" },
        { "one that does not",
          "01:00.0 e; add 01:00.0; assign 01:00.0 7; gone 01:00.0;"
          "remove 01:00.0",
          "", NULL, "01:00.0", "" },
        { "one that is another now",
          "01:00.0 e; add 01:00.0; assign 01:00.0 7; 01:00.0 o;"
          "remove 01:00.0",
          "", NULL, "01:00.0", "" },
        { "a bridge that answers, with a guest's device behind it",
          "00:01.0 r 1 2; 01:00.0 p 2 2; 02:00.0 e; add 00:01.0; add 01:00.0;"
          "add 02:00.0; assign 02:00.0 7; remove 00:01.0 = -16;"
          "remove 01:00.0 = -16",
          "00:01.0 01:00.0 02:00.0@7", "1>00:01.0 2>01:00.0~01:00.0", "", "" },
        { "also where that one does not",
          "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0;"
          "assign 01:00.0 7; gone 01:00.0; remove 00:01.0 = -16",
          "00:01.0 01:00.0@7", "1>00:01.0", "", "" },
        { "a bridge that does not",
          "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0;"
          "assign 01:00.0 7; gone 00:01.0; remove 00:01.0",
          "", "", "01:00.0 00:01.0", "" },
        { "a PF that answers, with a guest's VF",
          "01:00.0 e; 01:00.1 v; vf 01:00.1 01:00.0; assign 01:00.1 7;"
          "remove 01:00.0 = -16",
          "01:00.0 01:00.1v@7", NULL, "", "" },
        { "what is displaced does not answer",
          "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0;"
          "assign 01:00.0 7; 00:01.0 r 5 5; reset 00:01.0; remove 01:00.0",
          "00:01.0", NULL, "01:00.0", "" },
        { "the host knows that it departed",
          "01:00.0 e; add 01:00.0; assign 01:00.0 7; depart 01:00.0", "", NULL,
          "01:00.0", "" },
        { "and of nothing", "depart 01:00.0 = -19", "", NULL, "", "" },
        { "what is in quarantine, or displaced, is not a guest's",
          "01:00.0 e; add 01:00.0; assign 01:00.0 7; destroy 7;"
          "remove 01:00.0",
          "", NULL, "01:00.0", "" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

#define IN_USE                                                         \
    "00:01.0 r 1 1; 00:02.0 r 2 2; 01:00.0 e; 02:00.0 e; add 00:01.0;" \
    "add 00:02.0; add 01:00.0; add 02:00.0; bind 01:00.0;"

/* A driver uses the interrupts of 01:00.0. */
static void what_is_in_use(void)
{
    static const struct script_case cases[] = {
        { "is not removed while it answers",
          IN_USE "remove 01:00.0 = -16; remove 00:01.0 = -16",
          "00:01.0 00:02.0 01:00.0 02:00.0", "1>00:01.0 2>00:02.0", "", "" },
        { "is when nobody uses it", IN_USE "unbind 01:00.0; remove 01:00.0",
          "00:01.0 00:02.0 02:00.0", NULL, "01:00.0", "" },
        { "is when it is gone, and used no more",
          IN_USE "gone 01:00.0; remove 01:00.0; 01:00.0 e; add 01:00.0;"
                 "remove 01:00.0",
          "00:01.0 00:02.0 02:00.0", NULL, "01:00.0", "" },
        { "is with its bridge when that is gone",
          IN_USE "gone 00:01.0; remove 00:01.0; 00:01.0 r 1 1; add 00:01.0;"
                 "add 01:00.0; remove 01:00.0",
          "00:01.0 00:02.0 02:00.0", NULL, "01:00.0", "" },
        { "is where another device is",
          IN_USE "01:00.0 o; add 01:00.0; remove 01:00.0",
          "00:01.0 00:02.0 02:00.0", NULL, "01:00.0", "" },
        { "not a guest's that answers",
          IN_USE "assign 01:00.0 7; remove 01:00.0 = -16; destroy 7;"
                 "remove 01:00.0 = -16",
          "00:01.0 00:02.0 01:00.0@io 02:00.0", NULL, "", "" },
        { "a guest's that is gone",
          IN_USE "assign 01:00.0 7; gone 01:00.0; remove 01:00.0; 01:00.0 e;"
                 "add 01:00.0; remove 01:00.0",
          "00:01.0 00:02.0 02:00.0", NULL, "01:00.0", "" },
        { "is in use where it is adopted",
          IN_USE "00:01.0 r 2 2; 00:02.0 r 1 1; add 01:00.0;"
                 "remove 01:00.0 = -16",
          "00:01.0 00:02.0 01:00.0 02:00.0^", NULL, "", "" },
        { "and where it is displaced and adopted",
          IN_USE "00:01.0 r 2 2; 00:02.0 r 1 1; reset 00:01.0; add 01:00.0;"
                 "remove 01:00.0 = -16",
          "00:01.0 00:02.0 01:00.0 02:00.0^", NULL, "", "" },
        { "and where it comes back",
          IN_USE "00:01.0 r 2 2; 00:02.0 r 1 1; reset 00:01.0; 00:01.0 r 1 1;"
                 "00:02.0 r 2 2; reset 00:01.0; remove 01:00.0 = -16",
          "00:01.0 00:02.0 01:00.0 02:00.0", NULL, "", "" },
        { "not where it is displaced: its place is another's",
          IN_USE "00:01.0 r 2 2; 00:02.0 r 1 1; reset 00:01.0; remove 01:00.0",
          "00:01.0 00:02.0 02:00.0^", NULL, "01:00.0", "" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

CU_TestInfo isolation_tests[] = {
    { "what is displaced", what_is_displaced },
    { "a range is no way", a_range_is_no_way },
    { "a way that becomes known", a_way_that_becomes_known },
    { "what is remembered", what_is_remembered },
    { "what is remembered of the refused", what_is_remembered_of_refused },
    { "virtual functions", virtual_functions },
    { "a guest's device stays what it is", a_guests_device_stays_what_it_is },
    { "a report of what moved there", a_report_of_what_moved_there },
    { "a removal is refused", a_removal_is_refused },
    { "what is in use", what_is_in_use },
    CU_TEST_INFO_NULL,
};
