/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What always holds, rule by rule, with the cases that would break it.
 * Ranges are written [secondary-subordinate].
 */
#include "script.h"
#include "suites.h"

static void no_stale_entry(void)
{
    static const struct script_case cases[] = {
        /* [1-4] holds [2-3]: without [2-3] all is [1-4]'s */
        { "a removed bridge's buses go to the bridge above",
          "00:01.0 r 1 4; 01:00.0 p 2 3; scan 00:01.0; scan 01:00.0;"
          "remove 01:00.0",
          "00:01.0", "1>00:01.0 2>00:01.0 3>00:01.0 4>00:01.0", "01:00.0", "" },
        { "the same where the bridge reads as nothing by then",
          "00:01.0 r 1 4; 01:00.0 p 2 3; scan 00:01.0; scan 01:00.0;"
          "gone 01:00.0; remove 01:00.0",
          "00:01.0", "1>00:01.0 2>00:01.0 3>00:01.0 4>00:01.0", "01:00.0", "" },
        { "the same where dom0 has renumbered it: 2, 3 go, 4 is not touched",
          "00:01.0 r 1 4; 01:00.0 p 2 3; 01:01.0 c 4 4; scan 00:01.0;"
          "scan 01:00.0; scan 01:01.0; 01:00.0 p 4 4; remove 01:00.0",
          "00:01.0 01:01.0", "1>00:01.0 2>00:01.0 3>00:01.0 4>01:01.0~01:01.0",
          "01:00.0", "" },
        { "a root bridge's buses go to nobody",
          "00:01.0 p 1 2; scan 00:01.0; remove 00:01.0", "", "", "00:01.0",
          "" },
        /* [1-4] becomes [1-2]: 3 and 4 are nobody's */
        { "a narrower range gives buses back",
          "00:01.0 r 1 4; scan 00:01.0; 00:01.0 r 1 2; add 00:01.0", "00:01.0",
          "1>00:01.0 2>00:01.0", "", "" },
        /* [1-2] becomes [3-4] */
        { "a range that moves leaves nothing behind",
          "00:01.0 r 1 2; scan 00:01.0; 00:01.0 r 3 4; add 00:01.0", "00:01.0",
          "3>00:01.0 4>00:01.0", "", "" },
        /* 06:00.0 [7-8] and 07:01.0 [8-8] are no longer there, and clash
         * with 00:1c.0 [7-9] and 07:00.0 [8-9] */
        { "assign-busses: what was before everything moved up by one",
          "00:1c.0 p 6 8; 06:00.0 c 7 8; 07:01.0 c 8 8; 08:00.0 e;"
          "scan 00:1c.0; scan 06:00.0; scan 07:01.0; scan 08:00.0;"
          "gone 06:00.0; gone 07:01.0; gone 08:00.0; 00:1c.0 p 7 9;"
          "07:00.0 c 8 9; 08:01.0 c 9 9; 09:00.0 e;"
          "add 00:1c.0; add 07:00.0; add 08:01.0; add 09:00.0",
          "00:1c.0 06:00.0-?^ 07:00.0 07:01.0-?^ 08:00.0^ 08:01.0 09:00.0",
          "7>00:1c.0~00:1c.0 8>07:00.0~00:1c.0 9>08:01.0~00:1c.0", "", "" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

static void no_cycle(void)
{
    static const struct script_case cases[] = {
        { "secondary is the bridge's own bus", "06:00.0 p 6 7; add 06:00.0",
          "06:00.0-", "", "", "" },
        { "secondary is above it", "06:00.0 p 5 7; add 06:00.0", "06:00.0-", "",
          "", "" },
        { "secondary is just below it", "06:00.0 r 7 7; add 06:00.0", "06:00.0",
          "7>06:00.0", "", "" },
        { "subordinate is below secondary", "00:01.0 r 3 2; add 00:01.0",
          "00:01.0-", "", "", "" },
        { "secondary 0 on bus 0", "00:01.0 r 0 5; add 00:01.0", "00:01.0-", "",
          "", "" },
        { "no numbers yet", "00:01.0 r 0 0; add 00:01.0", "00:01.0-", "", "",
          "" },
        /* 7 -> 06:00.0 and 8 -> 07:01.0 remain; no bus leads to itself */
        { "the end of 2014's story, as config space",
          "06:00.0 c 6 7; 07:01.0 c 8 8; scan 06:00.0; scan 07:01.0",
          "06:00.0- 07:01.0", "8>07:01.0~07:01.0", "", "" },
        /* A [1-5] on bus 4?  No: 1 is not above 4 */
        { "two bridges that would lead to each other",
          "04:00.0 c 1 5; 01:00.0 c 4 4; scan 04:00.0; scan 01:00.0",
          "01:00.0 04:00.0-", "4>01:00.0~01:00.0", "", "4" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

static void one_bridge_leads_to_a_bus(void)
{
    static const struct script_case cases[] = {
        /* [1-4] > [2-3]: 2, 3 inner; 1, 4 outer */
        { "the innermost range",
          "00:01.0 r 1 4; 01:00.0 u 2 3; scan 00:01.0;"
          "scan 01:00.0",
          "00:01.0 01:00.0", "1>00:01.0 2>01:00.0 3>01:00.0 4>00:01.0", NULL,
          NULL },
        /* 3 is the secondary of [3-9], though [2-3] is smaller */
        { "the secondary rather than the smaller range",
          "00:01.0 r 3 9; 00:02.0 r 2 3; scan 00:01.0; scan 00:02.0",
          "00:01.0! 00:02.0!",
          "2>00:02.0 3>00:01.0 4>00:01.0 5>00:01.0 6>00:01.0 7>00:01.0 "
          "8>00:01.0 9>00:01.0",
          NULL, NULL },
        /* [1-5] and [2-4], siblings: 3 and 4 are in both, 2 begins one */
        { "of two that clash the smaller range",
          "00:01.0 r 1 5; 00:02.0 r 2 4; scan 00:01.0; scan 00:02.0",
          "00:01.0! 00:02.0!",
          "1>00:01.0 2>00:02.0 3>00:02.0 4>00:02.0 5>00:01.0", NULL, NULL },
        /* [1-3] and [2-4]: 3 is in both and begins none, both have 3 buses */
        { "of two equally large the lower BDF",
          "00:02.0 r 1 3; 00:01.0 r 2 4; scan 00:02.0; scan 00:01.0",
          "00:01.0! 00:02.0!", "1>00:02.0 2>00:01.0 3>00:01.0 4>00:01.0", NULL,
          NULL },
        { "of two with the same secondary the smaller range",
          "00:01.0 r 1 3; 00:02.0 r 1 2; scan 00:01.0; scan 00:02.0",
          "00:01.0! 00:02.0!", "1>00:02.0 2>00:02.0 3>00:01.0", NULL, NULL },
        { "of two with the same range the lower BDF",
          "00:01.0 r 1 2; 00:02.0 r 1 2; add 00:02.0; add 00:01.0",
          "00:01.0! 00:02.0!", "1>00:01.0 2>00:01.0", NULL, NULL },
        { "ranges that touch are disjoint",
          "00:01.0 r 1 2; 00:02.0 r 3 4; scan 00:01.0; scan 00:02.0",
          "00:01.0 00:02.0", "1>00:01.0 2>00:01.0 3>00:02.0 4>00:02.0", NULL,
          NULL },
        { "a child may end where its parent does",
          "00:01.0 r 1 3; 01:00.0 r 2 3; scan 00:01.0; scan 01:00.0",
          "00:01.0 01:00.0", "1>00:01.0 2>01:00.0 3>01:00.0", NULL, NULL },
        /* 3 is in both, begins none, and both have 3 buses: the lower BDF */
        { "but not one bus further",
          "00:01.0 r 1 3; 01:00.0 r 2 4; scan 00:01.0; scan 01:00.0",
          "00:01.0! 01:00.0!", "1>00:01.0 2>01:00.0 3>00:01.0 4>01:00.0", NULL,
          NULL },
        /* [1-2] and [3-3] do not meet, though the second sits on bus 2 */
        { "a bridge on another's last bus, with a range of its own",
          "00:01.0 r 1 2; 02:00.0 r 3 3; scan 00:01.0; scan 02:00.0",
          "00:01.0 02:00.0", "1>00:01.0 2>00:01.0 3>02:00.0", NULL, NULL },
        { "what dom0 has narrowed meanwhile does not clash",
          "00:01.0 r 1 9; scan 00:01.0; 00:01.0 r 1 1; 00:02.0 r 2 2;"
          "add 00:02.0",
          "00:01.0 00:02.0", "1>00:01.0 2>00:02.0", NULL, NULL },
        { "a clash ends with one of the two",
          "00:01.0 r 1 3; 00:02.0 r 2 4; scan 00:01.0; scan 00:02.0;"
          "remove 00:02.0",
          "00:01.0", "1>00:01.0 2>00:01.0 3>00:01.0", "00:02.0", "" },
        { "a clash ends when one of the two moves",
          "00:01.0 r 1 3; 00:02.0 r 2 4; scan 00:01.0; scan 00:02.0;"
          "00:02.0 r 4 4; add 00:02.0",
          "00:01.0 00:02.0", "1>00:01.0 2>00:01.0 3>00:01.0 4>00:02.0", "",
          "" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

static void a_bridge_takes_its_devices_along(void)
{
    static const struct script_case cases[] = {
        /* 3 (in [2-3]), 2, 1, then 00:01.0 itself; 00:02.0 stays */
        { "deepest first",
          "00:01.0 r 1 3; 01:00.0 p 2 3; 02:00.0 e; 02:01.0 e; 03:00.0 e;"
          "01:01.0 e; 00:02.0 e; scan 02:01.0; scan 00:02.0; scan 02:00.0;"
          "scan 00:01.0; scan 03:00.0; scan 01:00.0; scan 01:01.0;"
          "remove 00:01.0",
          "00:02.0", "", "03:00.0 02:01.0 02:00.0 01:01.0 01:00.0 00:01.0",
          "" },
        { "a VF before its PF, though its function is lower",
          "00:01.0 r 1 1; 01:01.0 e; 01:00.1 v; 01:02.0 e; add 00:01.0;"
          "add 01:02.0; vf 01:00.1 01:01.0; remove 00:01.0",
          "", "", "01:02.0 01:00.1 01:01.0 00:01.0", "" },
        { "a VF that is not behind the bridge goes with its PF",
          "00:01.0 r 1 1; 01:00.0 e; 05:00.0 v; add 00:01.0; add 01:00.0;"
          "vf 05:00.0 01:00.0; remove 00:01.0",
          "", "", "05:00.0 01:00.0 00:01.0", "" },
        { "a PF that is not behind the bridge stays when its VF goes",
          "00:01.0 r 1 1; 00:02.0 e; 01:00.0 v; add 00:01.0; add 00:02.0;"
          "vf 01:00.0 00:02.0; remove 00:01.0",
          "00:02.0", "", "01:00.0 00:01.0", "" },
        /* 2 is the secondary of 00:02.0, not merely in [1-ff] */
        { "not what lies in a range that is too wide",
          "00:01.0 r 1 ff; 00:02.0 r 2 2; 01:00.0 e; 02:00.0 e; scan 00:01.0;"
          "scan 00:02.0; scan 01:00.0; scan 02:00.0; remove 00:01.0",
          "00:02.0 02:00.0", "2>00:02.0", "01:00.0 00:01.0", "" },
        { "a bridge that is not configured takes nothing along",
          "01:00.0 r 1 9; 02:00.0 e; scan 01:00.0; scan 02:00.0;"
          "remove 01:00.0",
          "02:00.0", "", "01:00.0", "" },
        /* both claim [1-2]; the lower BDF has it: nothing is behind 00:02.0 */
        { "the one of two that clash that leads nowhere",
          "00:01.0 r 1 2; 00:02.0 r 1 2; 01:00.0 e; scan 00:01.0;"
          "scan 00:02.0; scan 01:00.0; remove 00:02.0",
          "00:01.0 01:00.0", "1>00:01.0 2>00:01.0", "00:02.0", "" },
        { "the next best bridge gets the buses",
          "00:01.0 r 1 2; 00:02.0 r 1 2; 01:00.0 e; scan 00:01.0;"
          "scan 00:02.0; scan 01:00.0; remove 00:01.0",
          "00:02.0", "1>00:02.0 2>00:02.0", "01:00.0 00:01.0", "" },
        { "the whole of a machine's buses",
          "00:01.0 r 1 ff; 01:00.0 r 2 ff; ff:1f.7 e; scan 00:01.0;"
          "scan 01:00.0; scan ff:1f.7; remove 00:01.0",
          "", "", "ff:1f.7 01:00.0 00:01.0", "" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

static void what_was_derived_is_derived_again(void)
{
    static const struct script_case cases[] = {
        /* bus 2 was 00:01.0's, and has an alias from now on */
        { "a bridge comes between",
          "00:01.0 r 1 4; 02:00.0 e; 03:00.0 e;"
          "scan 00:01.0; scan 02:00.0; scan 03:00.0;"
          "01:00.0 p 2 2; add 01:00.0",
          NULL, NULL, "", "2" },
        { "a bridge that does not alias comes between",
          "00:01.0 r 1 4; 02:00.0 e; scan 00:01.0; scan 02:00.0;"
          "01:00.0 u 2 2; add 01:00.0",
          NULL, NULL, "", "" },
        { "an aliasing bridge comes below another",
          "00:01.0 p 1 4; 02:00.0 e; scan 00:01.0; scan 02:00.0;"
          "01:00.0 c 2 2; add 01:00.0",
          NULL,
          "1>00:01.0~00:01.0 2>01:00.0~00:01.0 3>00:01.0~00:01.0 "
          "4>00:01.0~00:01.0",
          "", "" },
        { "an aliasing bridge comes above another",
          "02:00.0 c 3 3; 03:00.0 e; scan 02:00.0; scan 03:00.0;"
          "00:01.0 p 2 3; add 00:01.0",
          NULL, "2>00:01.0~00:01.0 3>02:00.0~00:01.0", "", "2 3" },
        /* What its neighbours share is the host's business. */
        { "a neighbour leaves",
          "00:01.0 p 1 1; 01:00.0 e; 01:01.0 e; scan 00:01.0; scan 01:00.0;"
          "scan 01:01.0; remove 01:00.0",
          "00:01.0 01:01.0", NULL, "01:00.0", "" },
        { "a neighbour leaves that shared nothing",
          "00:01.0 r 1 1; 01:00.0 e; 01:01.0 e; scan 00:01.0; scan 01:00.0;"
          "scan 01:01.0; remove 01:00.0",
          NULL, NULL, "01:00.0", "" },
        /* 1, 2 and 3 all carry 00:01.0's ID, 4 carries 00:02.0's */
        { "a neighbour on another bus of the same alias leaves",
          "00:01.0 p 1 3; 01:00.0 c 2 3; 02:00.0 e; 03:00.0 e; 01:01.0 e;"
          "00:02.0 p 4 4; 04:00.0 e; scan 00:01.0; scan 01:00.0;"
          "scan 02:00.0; scan 03:00.0; scan 01:01.0; scan 00:02.0;"
          "scan 04:00.0; remove 02:00.0",
          NULL, NULL, "02:00.0", "" },
        { "a bridge below the alias leaves with what is behind it",
          "00:01.0 p 1 3; 01:00.0 c 2 3; 02:00.0 e; 01:01.0 e; scan 00:01.0;"
          "scan 01:00.0; scan 02:00.0; scan 01:01.0; remove 01:00.0",
          "00:01.0 01:01.0", NULL, "02:00.0 01:00.0", "" },
        { "a neighbour is replaced",
          "00:01.0 p 1 1; 01:00.0 e; 01:01.0 e; scan 00:01.0; scan 01:00.0;"
          "scan 01:01.0; 01:00.0 o; add 01:00.0",
          NULL, NULL, "01:00.0", "" },
        /* the alias stays 00:01.0, but its secondary goes from 1 to 2 */
        { "the alias's secondary bus moves",
          "00:01.0 p 1 4; 04:00.0 e; scan 00:01.0; scan 04:00.0;"
          "00:01.0 p 2 4; add 00:01.0",
          NULL, NULL, "", "4" },
        { "the same report again",
          "00:01.0 p 1 1; 01:00.0 e; add 00:01.0; add 01:00.0; add 01:00.0",
          NULL, NULL, "", "" },
        { "a VF leaves from behind an alias, its PF stays",
          "00:01.0 p 1 1; 01:00.0 e; 01:00.1 v; add 00:01.0; add 01:00.0;"
          "vf 01:00.1 01:00.0; remove 01:00.1",
          "00:01.0 01:00.0", NULL, "01:00.1", "" },
        { "a VF that shared another alias goes with its PF",
          "00:01.0 p 1 1; 01:00.0 v; 01:01.0 e; 00:02.0 e; add 00:01.0;"
          "add 01:01.0; vf 01:00.0 00:02.0; remove 00:02.0",
          "00:01.0 01:01.0", NULL, "01:00.0 00:02.0", "" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

static void a_vf_needs_its_pf(void)
{
    static const struct script_case cases[] = {
        { "a VF brings its PF", "01:00.0 e; 01:00.1 v; vf 01:00.1 01:00.0",
          "01:00.0 01:00.1v", "", "", "" },
        { "a VF of itself", "01:00.1 v; vf 01:00.1 01:00.1 = -22", "", NULL, "",
          "" },
        { "a VF of a VF",
          "01:00.0 e; 01:00.1 v; 01:00.2 v; vf 01:00.1 01:00.0;"
          "vf 01:00.2 01:00.1 = -22",
          "01:00.0 01:00.1v", NULL, "", "" },
        { "a VF of nothing", "01:00.1 v; vf 01:00.1 01:00.0 = -19", "", NULL,
          "", "" },
        { "a VF whose PF does not answer any more",
          "01:00.0 e; add 01:00.0; gone 01:00.0; 01:00.1 v;"
          "vf 01:00.1 01:00.0 = -19",
          "01:00.0", NULL, "", "" },
        { "a VF that is not there", "01:00.0 e; vf 01:00.1 01:00.0 = -19", "",
          NULL, "", "" },
        { "a VF that looks like a bridge",
          "01:00.0 e; 01:00.1 c 2 3; vf 01:00.1 01:00.0 = -22", "", NULL, "",
          "" },
        { "a PF leaves after its VFs",
          "01:00.0 e; 01:00.1 v; 02:00.0 v; vf 01:00.1 01:00.0;"
          "vf 02:00.0 01:00.0; remove 01:00.0",
          "", NULL, NULL, "" },
        { "a VF leaves alone",
          "01:00.0 e; 01:00.1 v; vf 01:00.1 01:00.0; remove 01:00.1", "01:00.0",
          NULL, "01:00.1", "" },
        { "a PF that is replaced takes its VFs along",
          "01:00.0 e; 01:00.1 v; vf 01:00.1 01:00.0; 01:00.0 o; add 01:00.0",
          "01:00.0", NULL, "01:00.1 01:00.0", "" },
        { "a VF that becomes an ordinary function is another device",
          "01:00.0 e; 01:00.1 v; vf 01:00.1 01:00.0; add 01:00.1",
          "01:00.0 01:00.1", NULL, "01:00.1", "" },
        { "a VF of another PF is another device",
          "01:00.0 e; 01:01.0 e; 01:00.1 v; vf 01:00.1 01:00.0;"
          "vf 01:00.1 01:01.0",
          "01:00.0 01:00.1v 01:01.0", NULL, "01:00.1", "" },
        { "a PF that becomes a VF loses its VFs",
          "01:00.0 e; 01:00.1 v; 01:01.0 e; vf 01:00.1 01:00.0; 01:00.0 v;"
          "vf 01:00.0 01:01.0",
          "01:00.0v 01:01.0", NULL, "01:00.1 01:00.0", "" },
        { "a VF is an extended function where its PF is",
          "01:00.0 e; 01:00.1 v; ext 01:00.0; vf 01:00.1 01:00.0",
          "01:00.0x 01:00.1vx", NULL, "", "" },
        { "also where that is said after it",
          "01:00.0 e; 01:00.1 v; vf 01:00.1 01:00.0; ext 01:00.0",
          "01:00.0x 01:00.1vx", NULL, "", "" },
        { "whatever a later report of the VF says",
          "01:00.0 e; 01:00.1 v; ext 01:00.0; vf 01:00.1 01:00.0;"
          "vf 01:00.1 01:00.0",
          "01:00.0x 01:00.1vx", NULL, "", "" },
        { "and not where it no longer is",
          "01:00.0 e; 01:00.1 v; ext 01:00.0; vf 01:00.1 01:00.0;"
          "add 01:00.0",
          "01:00.0 01:00.1v", NULL, "", "" },
        /* the bridge at 02:00.0 goes with all of bus 3, the PF among it */
        { "a VF in whose place a bridge was that led to its PF",
          "02:00.0 c 3 3; 03:00.0 e; add 02:00.0; add 03:00.0; 02:00.0 v;"
          "vf 02:00.0 03:00.0",
          "02:00.0v 03:00.0", "", NULL, NULL },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

static void all_or_nothing(void)
{
    static const struct script_case cases[] = {
        { "nothing answers", "add 01:00.0 = -19", "", "", "", "" },
        { "what failed to come cannot go",
          "add 01:00.0 = -19;"
          "remove 01:00.0 = -19",
          "", "", "", "" },
        { "a refused device is not known",
          "01:00.0 e; add 01:00.0; refuse 01:00.0; remove 01:00.0 = -19", "",
          "", "", "" },
        { "a refused PF takes its VFs along",
          "01:00.0 e; 01:00.1 v; vf 01:00.1 01:00.0; refuse 01:00.0", "", "",
          "01:00.1", "" },
        { "a refused bridge stays, bridge-only",
          "00:01.0 p 1 1; 01:00.0 e; add 00:01.0; add 01:00.0; refuse 00:01.0",
          "00:01.0* 01:00.0", "1>00:01.0~00:01.0", "", "" },
        { "a refused bridge that is not configured yet stays, too",
          "00:01.0 p 0 0; add 00:01.0; refuse 00:01.0; 00:01.0 p 1 1;"
          "01:00.0 e; add 01:00.0",
          "00:01.0* 01:00.0", "1>00:01.0~00:01.0", "", "1" },
        { "reported again it is known",
          "00:01.0 p 1 1; add 00:01.0; refuse 00:01.0; add 00:01.0", "00:01.0",
          "1>00:01.0~00:01.0", "", "" },
        { "removed, it goes with what is behind it",
          "00:01.0 p 1 1; 01:00.0 e; add 00:01.0; add 01:00.0;"
          "refuse 00:01.0; remove 00:01.0 = -19",
          "", "", "01:00.0", "" },
        { "refused twice",
          "00:01.0 p 1 1; add 00:01.0; refuse 00:01.0;"
          "refuse 00:01.0",
          "00:01.0*", "1>00:01.0~00:01.0", "", "" },
        { "refused without being known", "refuse 00:01.0", "", "", "", "" },
        { "a refused bridge cannot be reset",
          "00:01.0 p 1 1; add 00:01.0; refuse 00:01.0; 00:01.0 p 2 2;"
          "reset 00:01.0 = -19",
          "00:01.0*", "1>00:01.0~00:01.0", "", "" },
        { "what is not known cannot be reset",
          "01:00.0 e;"
          "reset 01:00.0 = -19",
          "", "", "", "" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

CU_TestInfo rules_tests[] = {
    { "no stale entry", no_stale_entry },
    { "no cycle", no_cycle },
    { "one bridge leads to a bus", one_bridge_leads_to_a_bus },
    { "a bridge takes its devices along", a_bridge_takes_its_devices_along },
    { "what was derived is derived again", what_was_derived_is_derived_again },
    { "a VF needs its PF", a_vf_needs_its_pf },
    { "all or nothing", all_or_nothing },
    CU_TEST_INFO_NULL,
};
