/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which device is dom0's where it, or the way to it, is new: the same one of
 * dom0 on another way, and nothing that was a guest's.
 */
#include "script.h"
#include "suites.h"

#define GUEST_WENT                                                          \
    "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0; assign 01:00.0 7;" \
    "gone 01:00.0; remove 01:00.0;"

/* All of dom0's are alike; the way down to bus 6 gets other bus numbers. */
#define RENUMBERED_ABOVE                                                   \
    "00:01.0 r 4 6; 04:00.0 r 5 6; 05:00.0 r 6 6; 06:00.0 e; add 00:01.0;" \
    "add 04:00.0; add 05:00.0; add 06:00.0; gone 04:00.0; gone 05:00.0;"   \
    "00:01.0 r 1 6; 01:00.0 r 3 6; 03:00.0 r 6 6;"

/* Ports to 1 and 2 that are about to exchange their numbers. */
#define TWO_PORTS                                                    \
    "00:01.0 r 1 2; 00:02.0 r 3 4; 01:00.0 e; 03:00.0 e; 01:00.1 v;" \
    "03:00.1 v; add 00:01.0; add 00:02.0; add 01:00.0; add 03:00.0;" \
    "vf 01:00.1 01:00.0; vf 03:00.1 03:00.0;"
#define EXCHANGED "00:01.0 r 3 4; 00:02.0 r 1 2;"

/* The same device of dom0, on another way, keeps its record. */
static void a_device_is_adopted(void)
{
    static const struct script_case cases[] = {
        { "before the bridges above it are reported",
          RENUMBERED_ABOVE "add 06:00.0",
          "00:01.0 04:00.0-?^ 05:00.0-?^ 06:00.0", NULL, "", "" },
        { "and again when they are",
          RENUMBERED_ABOVE "add 06:00.0; add 01:00.0; add 03:00.0;"
                           "add 06:00.0; remove 04:00.0; remove 05:00.0",
          "00:01.0 01:00.0 03:00.0 06:00.0", NULL, "05:00.0", "" },
        { "with nothing removed for it",
          RENUMBERED_ABOVE "add 06:00.0; add 01:00.0; add 03:00.0; add 06:00.0",
          NULL, NULL, "", "" },
        { "when they were reported before",
          RENUMBERED_ABOVE "add 00:01.0; add 01:00.0; add 03:00.0; add 06:00.0",
          "00:01.0 01:00.0 03:00.0 04:00.0-?^ 05:00.0-?^ 06:00.0", NULL, "",
          "" },
        { "VFs after their PF",
          TWO_PORTS EXCHANGED "add 01:00.0; vf 01:00.1 01:00.0",
          "00:01.0 00:02.0 01:00.0 01:00.1v 03:00.0^ 03:00.1v^", NULL, "", "" },
        { "and not before",
          TWO_PORTS EXCHANGED "reset 00:01.0; vf 01:00.1 01:00.0 = -19",
          "00:01.0 00:02.0 01:00.0^ 01:00.1v^ 03:00.0^ 03:00.1v^", NULL, "",
          "" },
        { "what was given back to dom0 at another place",
          GUEST_WENT "01:00.0 e; add 01:00.0; deassign 01:00.0; 00:01.0 r 5 5;"
                     "00:02.0 r 1 1; add 00:02.0; add 01:00.0",
          "00:01.0 00:02.0 01:00.0", NULL, "", "" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

/* It leaves and is entered where the place may be somebody else's. */
static void a_device_is_not_adopted(void)
{
    static const struct script_case cases[] = {
        { "where a guest's device is",
          TWO_PORTS "assign 03:00.0 7;" EXCHANGED "add 01:00.0",
          "00:01.0 00:02.0 01:00.0q@io 03:00.0^@io 03:00.1v^", NULL,
          "01:00.1 01:00.0", "" },
        { "where one was when it was displaced",
          TWO_PORTS "assign 03:00.0 7;" EXCHANGED "reset 00:01.0; add 01:00.0",
          "00:01.0 00:02.0 01:00.0q@io 03:00.0^@io 03:00.1v^", NULL,
          "01:00.1 01:00.0", "" },
        { "where one was when it went",
          TWO_PORTS "assign 03:00.0 7; gone 03:00.0; remove 03:00.0;"
                    "03:00.0 e;" EXCHANGED "add 01:00.0",
          "00:01.0 00:02.0 01:00.0q@io", NULL, "01:00.1 01:00.0", "" },
        { "a VF where a guest's VF is",
          TWO_PORTS "assign 03:00.1 7;" EXCHANGED
                    "add 01:00.0; vf 01:00.1 01:00.0",
          "00:01.0 00:02.0 01:00.0 01:00.1vq@io 03:00.0^ 03:00.1v^@io", NULL,
          "01:00.1", "" },
        { "a guest's", TWO_PORTS "assign 01:00.0 7;" EXCHANGED "add 01:00.0",
          "00:01.0 00:02.0 01:00.0 03:00.0^ 03:00.1v^", NULL, "01:00.1 01:00.0",
          "" },
        { "one that was, when it was displaced",
          TWO_PORTS "assign 01:00.0 7;" EXCHANGED "reset 00:01.0; add 01:00.0",
          "00:01.0 00:02.0 01:00.0 03:00.0^ 03:00.1v^", NULL, "01:00.1 01:00.0",
          "" },
        /* Its PF stays where it is; a bridge gets the bus of the VF. */
        { "where one was that is remembered of a bus without a bridge",
          "04:00.0 e; add 04:00.0; assign 04:00.0 7; gone 04:00.0;"
          "remove 04:00.0; 00:02.0 r 9 9; 00:03.0 r 0 0; add 00:02.0;"
          "add 00:03.0; 00:02.0 r 4 4; 04:00.0 e; add 04:00.0; 00:02.0 r 9 9;"
          "reset 00:02.0;"
          "00:03.0 r 4 4; add 04:00.0",
          "00:02.0 00:03.0 04:00.0q@io", NULL, "04:00.0", "" },
        { "a VF of a guest's PF",
          "00:01.0 r 1 2; 01:00.0 e; 02:00.0 v; add 00:01.0; add 01:00.0;"
          "vf 02:00.0 01:00.0; assign 01:00.0 7; 01:01.0 r 2 2; add 01:01.0;"
          "vf 02:00.0 01:00.0",
          "00:01.0 01:00.0@7 01:01.0 02:00.0vq@io", NULL, "02:00.0", "" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

/* A guest's device behind a port to 1 to 3, another guest's on bus 5. */
#define GUESTS_CARD_WENT                                                 \
    "00:01.0 r 1 3; 00:02.0 r 4 5; 01:00.0 e; 04:00.0 r 5 5; 05:00.0 e;" \
    "add 00:01.0; add 00:02.0; add 01:00.0; add 04:00.0; add 05:00.0;"   \
    "assign 01:00.0 7; assign 05:00.0 8; gone 01:00.0; remove 01:00.0;"

/* What a guest had comes back as a bridge, as it may where it is programmed. */
static void a_bridge_in_quarantine_leads_nowhere(void)
{
    static const struct script_case cases[] = {
        { "not to the bus of another guest's device",
          GUESTS_CARD_WENT "01:00.0 p 5 5; add 01:00.0",
          "00:01.0 00:02.0 01:00.0-q@io 04:00.0 05:00.0@8",
          "1>00:01.0 2>00:01.0 3>00:01.0 4>00:02.0 5>04:00.0", "", "" },
        { "nor to a root bus",
          GUESTS_CARD_WENT "80:00.0 e; add 80:00.0; 01:00.0 p 80 80;"
                           "add 01:00.0",
          "00:01.0 00:02.0 01:00.0-q@io 04:00.0 05:00.0@8 80:00.0", NULL, "",
          "" },
        { "nor where it is scanned",
          GUESTS_CARD_WENT "01:00.0 p 5 5;"
                           "scan 01:00.0",
          "00:01.0 00:02.0 01:00.0-q@io 04:00.0 05:00.0@8", NULL, "", "" },
        { "nor where it is reset, or something beside it is reported",
          GUESTS_CARD_WENT "01:00.0 p 5 5; add 01:00.0; reset 01:00.0;"
                           "01:00.1 e; add 01:00.1; add 05:00.0",
          "00:01.0 00:02.0 01:00.0-q@io 01:00.1 04:00.0 05:00.0@8", NULL, "",
          "" },
        { "nor where the host cannot take it",
          GUESTS_CARD_WENT "01:00.0 p 5 5; add 01:00.0; refuse 01:00.0;"
                           "01:00.1 e; add 01:00.1; add 05:00.0",
          "00:01.0 00:02.0 01:00.0-* 01:00.1 04:00.0 05:00.0@8", NULL, "", "" },
        { "and is reported again then",
          GUESTS_CARD_WENT "01:00.0 p 5 5; add 01:00.0; refuse 01:00.0;"
                           "add 01:00.0",
          "00:01.0 00:02.0 01:00.0-q@io 04:00.0 05:00.0@8", NULL, "", "" },
        { "what is behind it is in quarantine with it",
          GUESTS_CARD_WENT "01:00.0 u 2 3; 02:00.0 r 3 3; 03:00.0 e;"
                           "add 01:00.0; add 02:00.0; add 03:00.0",
          "00:01.0 00:02.0 01:00.0-q@io 02:00.0-q@io 03:00.0q@io 04:00.0 "
          "05:00.0@8",
          NULL, "", "" },
        { "where its way becomes known by the report itself",
          "04:00.0 e; add 04:00.0; assign 04:00.0 7; gone 04:00.0;"
          "remove 04:00.0; 00:01.0 r 0 0; add 00:01.0; 00:01.0 r 4 5;"
          "04:00.0 p 5 5; add 04:00.0",
          "00:01.0 04:00.0-q@io", NULL, "", "" },
        { "until the toolstack gives it to dom0",
          GUESTS_CARD_WENT "01:00.0 u 2 3; add 01:00.0; deassign 01:00.0;"
                           "add 01:00.0; 02:00.0 e; add 02:00.0",
          "00:01.0 00:02.0 01:00.0q 02:00.0 04:00.0 05:00.0@8", NULL, "", "" },
        { "any other bridge leads to its buses",
          GUESTS_CARD_WENT "01:00.0 e; add 01:00.0; deassign 01:00.0;"
                           "remove 01:00.0; 01:00.0 u 2 3; add 01:00.0;"
                           "02:00.0 e; add 02:00.0",
          "00:01.0 00:02.0 01:00.0 02:00.0 04:00.0 05:00.0@8", NULL, "", "" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

/* No bridge is known that leads to a bus, but one above is. */
static void a_way_in_doubt(void)
{
    static const struct script_case cases[] = {
        { "where nobody else has anything",
          "00:01.0 r 1 3; 01:00.0 e; add 00:01.0; add 01:00.0; 02:00.0 e;"
          "add 02:00.0",
          "00:01.0 01:00.0 02:00.0", NULL, "", "" },
        { "where a guest has a device",
          "00:01.0 r 1 3; 01:00.0 e; add 00:01.0; add 01:00.0;"
          "assign 01:00.0 7; 02:00.0 e; add 02:00.0",
          "00:01.0 01:00.0@7 02:00.0q@io", NULL, "", "" },
        { "where one had", GUEST_WENT "00:01.0 r 1 3; 02:00.0 e; add 02:00.0",
          "00:01.0 02:00.0q@io", NULL, "", "" },
        { "in one scan with what was a guest's",
          "07:01.0 r 9 a; 09:00.0 c 0 0; 0a:02.0 c b b; add 09:00.0;"
          "assign 09:00.0 7; depart 09:00.0; scanall 00:00.0",
          "07:01.0 09:00.0-q@io 0a:02.0-q@io", NULL, "", "" },
        { "a VF is where its PF is",
          "00:01.0 r 1 2; 01:00.0 e; 01:01.0 e; 02:00.0 v; add 00:01.0;"
          "add 01:00.0; add 01:01.0; assign 01:01.0 7; vf 02:00.0 01:00.0",
          "00:01.0 01:00.0 01:01.0@7 02:00.0v", NULL, "", "" },
        { "a bridge-only one is quarantined where it is reported again",
          "00:01.0 r 1 3; 01:00.0 e; add 00:01.0; add 01:00.0; 02:00.0 p 3 3;"
          "add 02:00.0; refuse 02:00.0; assign 01:00.0 7; add 02:00.0",
          "00:01.0 01:00.0@7 02:00.0q@io", NULL, "", "" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

/* 06:00.0 is the guest's 09:00.0 now, and the bridge above not reported. */
#define GUEST_HAS_09                                                          \
    "00:01.0 r 3 6; 03:00.0 r 6 6; 06:00.0 e; 00:02.0 r 8 9; 08:00.0 r 9 9;"  \
    "09:00.0 e; add 00:01.0; add 03:00.0; add 06:00.0; add 00:02.0;"          \
    "add 08:00.0; add 09:00.0; assign 09:00.0 7; gone 03:00.0; gone 08:00.0;" \
    "gone 09:00.0; 00:02.0 r 4 6; 04:00.0 r 6 6; 00:01.0 r a b;"              \
    "0a:00.0 r b b; 0b:00.0 e;"

static void nothing_is_adopted_in_doubt(void)
{
    static const struct script_case cases[] = {
        { "it is displaced until its way is known", GUEST_HAS_09 "add 06:00.0",
          "00:01.0 00:02.0 03:00.0-?^ 06:00.0^ 08:00.0^ 09:00.0^@io", NULL, "",
          NULL },
        { "then it is another device",
          GUEST_HAS_09 "add 06:00.0; add 04:00.0; add 06:00.0",
          "00:01.0 00:02.0 03:00.0-?^ 04:00.0 06:00.0q@io 08:00.0^ "
          "09:00.0^@io",
          NULL, "06:00.0", "" },
        { "and where it is now it is dom0's",
          GUEST_HAS_09 "add 0a:00.0; add 0b:00.0",
          "00:01.0 00:02.0 03:00.0-?^ 06:00.0^ 08:00.0^ 09:00.0^@io 0a:00.0 "
          "0b:00.0",
          NULL, "", "" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

CU_TestInfo adoption_tests[] = {
    { "a device is adopted", a_device_is_adopted },
    { "a device is not adopted", a_device_is_not_adopted },
    { "a bridge in quarantine leads nowhere",
      a_bridge_in_quarantine_leads_nowhere },
    { "a way in doubt", a_way_in_doubt },
    { "nothing is adopted in doubt", nothing_is_adopted_in_doubt },
    CU_TEST_INFO_NULL,
};
