/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happens to machines with Xen and the module on them (script.h).
 */
#include "cases.h"

/* A port; another, with a PCIe-to-PCI bridge behind it. */
#define PORTS "00:01.0 r 1 1; 00:02.0 r 2 3; 02:00.0 p 3 3; "
/* The same where AMD's firmware says nothing of the bridge and its cards. */
#define FAR_CARDS "00:03.0 r 12 13; 12:00.0 p 13 13; "

const struct glue_case glue_cases[] = {
    { "a device is hot-added behind a port",
      PORTS "boot; 01:00.0 e; add 01:00.0", "01:00.0=0",
      "00:01.0=0 00:02.0=0 01:00.0=0 02:00.0=0", NULL },
    { "it is added again", PORTS "01:00.0 e; boot; add 01:00.0; add 01:00.0",
      "01:00.0=0", "00:01.0=0 00:02.0=0 01:00.0=0 02:00.0=0", NULL },
    { "nothing answers", PORTS "boot; add 01:00.0 = -19", "",
      "00:01.0=0 00:02.0=0 02:00.0=0", NULL },
    { "a card is hot-added behind a PCIe-to-PCI bridge",
      PORTS "boot; 03:01.0 n; add 03:01.0", "02:00.0=0 03:00.0=0 03:01.0=0",
      "00:01.0=0 00:02.0=0 02:00.0=0 03:01.0=0", NULL },
    { "two cards there, and device 0 on its bus",
      PORTS "03:00.0 n; boot; 03:01.0 n; add 03:01.0; 03:02.0 n; add 03:02.0",
      "02:00.0=0 03:00.0=0 03:01.0=0 03:02.0=0",
      "00:01.0=0 00:02.0=0 02:00.0=0 03:00.0=0 03:01.0=0 03:02.0=0", NULL },
    { "a card is hot-added behind a conventional bridge",
      "00:05.0 c 5 5; boot; 05:01.0 n; add 05:01.0", "00:05.0=0 05:01.0=0",
      "00:05.0=0 05:01.0=0", NULL },
    { "a bridge is hot-added, then programmed, then what is behind it",
      "00:02.0 r 2 4; boot; 02:00.0 p 0 0; add 02:00.0; 02:00.0 p 3 3; "
      "03:01.0 n; add 03:01.0",
      "02:00.0=0 03:00.0=0 03:01.0=0", "00:02.0=0 02:00.0=0 03:00.0=0", NULL },
    { "a VF, whose PF Xen does not know yet",
      PORTS "boot; 01:00.0 e; 01:00.1 v; vf 01:00.1 01:00.0",
      "01:00.0=0 01:00.1=0",
      "00:01.0=0 00:02.0=0 01:00.0=0 01:00.1=0 02:00.0=0", NULL },
    { "phantom functions",
      "phantom 01:00.0 2; 00:01.0 r 1 1; boot; 01:00.0 e; add 01:00.0",
      "01:00.0=0 01:00.2=0 01:00.4=0 01:00.6=0",
      "00:01.0=0 01:00.0=0 01:00.2=0 01:00.4=0 01:00.6=0", NULL },
    { "an extended function", PORTS "01:00.0 e; boot; 01:01.0 e; ext 01:01.0",
      "01:00.0=0 01:01.0=0",
      "00:01.0=0 00:02.0=0 01:00.0=0 01:01.0=0 02:00.0=0", NULL },
    { "a device that VT-d refuses",
      PORTS "boot; 01:00.0 x 4 4; add 01:00.0 = any; 04:01.0 e; add 04:01.0",
      "04:01.0=0", "00:01.0=0 00:02.0=0 01:00.0=0 02:00.0=0", NULL },
    { "a device is removed that is gone",
      PORTS "01:00.0 e; boot; gone 01:00.0; remove 01:00.0", "",
      "00:01.0=0 00:02.0=0 02:00.0=0", NULL },
    { "one that is still there",
      PORTS "01:00.0 e; boot; remove 01:00.0; add 01:00.0", "01:00.0=0",
      "00:01.0=0 00:02.0=0 01:00.0=0 02:00.0=0", NULL },
    { "one that is not known", PORTS "boot; remove 01:00.0 = -19", "",
      "00:01.0=0 00:02.0=0 02:00.0=0", NULL },
    { "one whose interrupt is in use",
      PORTS "msi 01:00.0 2; 01:00.0 e; boot; bind 01:00.0 0; "
            "remove 01:00.0 = -16",
      "01:00.0=0", "00:01.0=0 00:02.0=0 01:00.0=0 02:00.0=0", NULL },
    { "one with an interrupt in use, which is gone",
      PORTS "msi 01:00.0 2; 01:00.0 e; boot; bind 01:00.0 0; gone 01:00.0; "
            "remove 01:00.0",
      "", "00:01.0=0 00:02.0=0 02:00.0=0", NULL },
    { "the same with MSI-X, two of them",
      PORTS "msix 01:00.0 8; 01:00.0 e; boot; bindx 01:00.0 0; "
            "bindx 01:00.0 0; gone 01:00.0; remove 01:00.0",
      "", "00:01.0=0 00:02.0=0 02:00.0=0", NULL },
    { "one that is gone, with address translation on",
      PORTS "ats 01:00.0; 01:00.0 e; boot; gone 01:00.0; remove 01:00.0", "",
      "00:01.0=0 00:02.0=0 02:00.0=0", NULL },
    { "one that is there, with address translation on",
      PORTS "ats 01:00.0; 01:00.0 e; boot; remove 01:00.0", "",
      "00:01.0=0 00:02.0=0 02:00.0=0", NULL },
    { "a bridge takes along what is behind it",
      PORTS "03:01.0 n; 03:02.0 n; boot; gone 03:01.0; gone 03:02.0; "
            "gone 02:00.0; remove 02:00.0",
      "", "00:01.0=0 00:02.0=0", NULL },
    { "neighbours keep the bridge's IDs",
      PORTS "03:01.0 n; 03:02.0 n; boot; gone 03:01.0; remove 03:01.0",
      "02:00.0=0 03:00.0=0 03:02.0=0",
      "00:01.0=0 00:02.0=0 02:00.0=0 03:02.0=0", NULL },
    { "a VF goes with its PF",
      PORTS "boot; 01:00.0 e; 01:00.1 v; vf 01:00.1 01:00.0; gone 01:00.0; "
            "gone 01:00.1; remove 01:00.0",
      "", "00:01.0=0 00:02.0=0 02:00.0=0", NULL },
    { "phantom functions go, too",
      "phantom 01:00.0 4; 00:01.0 r 1 1; 01:00.0 e; boot; gone 01:00.0; "
      "remove 01:00.0",
      "", "00:01.0=0", NULL },
    { "another device is there now",
      PORTS "msi 01:00.0 1; 01:00.0 e; boot; bind 01:00.0 0; 01:00.0 o; "
            "add 01:00.0",
      "01:00.0=0", "00:01.0=0 00:02.0=0 01:00.0=0 02:00.0=0", NULL },
    { "another one with the same IDs and another MSI capability",
      PORTS "msi 01:00.0 1; 01:00.0 e; boot; msi 01:00.0 3; add 01:00.0; "
            "vectors 01:00.0 8",
      "01:00.0=0", "00:01.0=0 00:02.0=0 01:00.0=0 02:00.0=0", NULL },
    { "another one, with MSI-X gone",
      PORTS "msix 01:00.0 4; 01:00.0 e; boot; msix 01:00.0 0; add 01:00.0; "
            "vectors 01:00.0 0",
      "01:00.0=0", "00:01.0=0 00:02.0=0 01:00.0=0 02:00.0=0", NULL },
    { "another one, without address translation",
      PORTS "ats 01:00.0; 01:00.0 e; boot; msi 01:00.0 -1; add 01:00.0",
      "01:00.0=0", "00:01.0=0 00:02.0=0 01:00.0=0 02:00.0=0",
      "is another device now" },
    { "a bridge where a device was",
      PORTS "01:00.0 e; boot; 01:00.0 r 1 1; add 01:00.0", "",
      "00:01.0=0 00:02.0=0 01:00.0=0 02:00.0=0", NULL },
    { "a port is renumbered, and its device reported",
      PORTS "01:00.0 e; boot; 00:01.0 r 7 7; gone 01:00.0; 07:00.0 e; "
            "add 07:00.0; remove 01:00.0",
      "07:00.0=0", "00:01.0=0 00:02.0=0 02:00.0=0 07:00.0=0", NULL },
    { "a PCI bus moves",
      PORTS "03:01.0 n; boot; 00:02.0 r 2 5; 02:00.0 p 5 5; gone 03:01.0; "
            "05:01.0 n; add 02:00.0; add 05:01.0; remove 03:01.0",
      "02:00.0=0 05:00.0=0 05:01.0=0",
      "00:01.0=0 00:02.0=0 02:00.0=0 05:00.0=0", NULL },
    { "a PCI bus moves, only the bridge is reported",
      PORTS "03:01.0 n; boot; 00:02.0 r 2 5; 02:00.0 p 5 5; gone 03:01.0; "
            "05:01.0 n; add 02:00.0",
      "", "00:01.0=0 00:02.0=0 02:00.0=0", NULL },
    { "and back",
      PORTS "03:01.0 n; boot; 00:02.0 r 2 5; 02:00.0 p 5 5; gone 03:01.0; "
            "add 02:00.0; 00:02.0 r 2 3; 02:00.0 p 3 3; 03:01.0 n; add 02:00.0",
      "02:00.0=0 03:00.0=0 03:01.0=0",
      "00:01.0=0 00:02.0=0 02:00.0=0 03:01.0=0", NULL },
    { "two ports exchange their numbers",
      "00:01.0 r 1 1; 00:02.0 r 2 2; 01:00.0 e; 02:00.0 o; boot; "
      "00:01.0 r 2 2; 00:02.0 r 1 1; 01:00.0 o; 02:00.0 e; add 00:01.0; "
      "add 01:00.0; add 02:00.0",
      "01:00.0=0 02:00.0=0", "00:01.0=0 00:02.0=0 01:00.0=0 02:00.0=0", NULL },
    { "a bridge above a PCI bus appears",
      "00:02.0 r 2 4; 02:00.0 p 0 0; 03:01.0 n; boot; 02:00.0 p 3 3; "
      "add 02:00.0; add 03:01.0",
      "02:00.0=0 03:00.0=0 03:01.0=0", "00:02.0=0 02:00.0=0 03:00.0=0", NULL },
    { "a second unit serves a port, which moves",
      "scope 00:02.0; 00:02.0 r 2 2; 02:00.0 e; boot; 00:02.0 r 6 6; "
      "gone 02:00.0; 06:00.0 e; add 00:02.0; add 06:00.0; remove 02:00.0",
      "06:00.0=0/1", "00:02.0=0 06:00.0=0", NULL },
    { "a port of the first unit gets the bus that one of the second had",
      "scope 00:02.0; 00:02.0 r 2 2; 00:03.0 r 7 7; 02:00.0 e; boot; "
      "00:02.0 r 6 6; 00:03.0 r 2 2; gone 02:00.0; add 00:02.0; add 00:03.0; "
      "remove 02:00.0; 02:00.0 o; add 02:00.0",
      "02:00.0=0", "00:02.0=0 00:03.0=0 02:00.0=0", NULL },
    { "the same, the old device is forgotten first",
      "scope 00:02.0; 00:02.0 r 2 2; 02:00.0 e; boot; 00:02.0 r 6 6; "
      "gone 02:00.0; add 00:02.0; remove 02:00.0; 00:02.0 r 2 2; "
      "02:00.0 e; add 00:02.0; add 02:00.0",
      "02:00.0=0/1", "00:02.0=0 02:00.0=0", NULL },
    { "assigned, given back, and to dom0",
      PORTS "01:00.0 e; boot; assign 01:00.0 5; deassign 01:00.0; "
            "deassign 01:00.0",
      "01:00.0=0", "00:01.0=0 00:02.0=0 01:00.0=0 02:00.0=0", NULL },
    { "assigned, and its domain is destroyed",
      PORTS "01:00.0 e; boot; assign 01:00.0 5; destroy 5", "",
      "00:01.0=0 00:02.0=0 02:00.0=0", NULL },
    { "made assignable, assigned, destroyed, taken back",
      PORTS "01:00.0 e; boot; assign 01:00.0 32753; assign 01:00.0 5; "
            "destroy 5; deassign 01:00.0",
      "01:00.0=0", "00:01.0=0 00:02.0=0 01:00.0=0 02:00.0=0", NULL },
    { "quarantine with page tables",
      "scratch; " PORTS
      "01:00.0 e; boot; assign 01:00.0 5; destroy 5; assign 01:00.0 6",
      "01:00.0=6", "00:01.0=0 00:02.0=0 01:00.0=6 02:00.0=0", NULL },
    { "a card there",
      "scratch; " PORTS
      "03:01.0 n; boot; assign 03:01.0 5; destroy 5; assign 03:01.0 6; "
      "deassign 03:01.0; deassign 03:01.0",
      "02:00.0=0 03:00.0=0 03:01.0=0",
      "00:01.0=0 00:02.0=0 02:00.0=0 03:01.0=0", NULL },
    { "a card alone behind a bridge is a guest's",
      PORTS "03:01.0 n; boot; assign 03:01.0 5",
      "02:00.0=5 03:00.0=5 03:01.0=5",
      "00:01.0=0 00:02.0=0 02:00.0=0 03:01.0=5", NULL },
    { "a guest's card beside dom0's",
      PORTS "03:01.0 n; 03:02.0 n; boot; assign 03:01.0 5",
      "02:00.0=5 03:00.0=5 03:01.0=5 03:02.0=0",
      "00:01.0=0 00:02.0=0 02:00.0=0 03:01.0=5 03:02.0=0", NULL },
    { "and dom0's is removed",
      PORTS "03:01.0 n; 03:02.0 n; boot; assign 03:01.0 5; gone 03:02.0; "
            "remove 03:02.0",
      "02:00.0=5 03:00.0=5 03:01.0=5",
      "00:01.0=0 00:02.0=0 02:00.0=0 03:01.0=5", NULL },
    { "dom0's card is added beside a guest's",
      FAR_CARDS "boot; 13:01.0 n; add 13:01.0; assign 13:01.0 5; 13:02.0 n; "
                "add 13:02.0",
      "12:00.0=5 13:00.0=5 13:01.0=5 13:02.0=0", "00:03.0=0 13:00.0=5",
      "no DMA with it for dom0's" },
    { "and the guest is destroyed",
      PORTS "03:01.0 n; 03:02.0 n; boot; assign 03:01.0 5; destroy 5; "
            "deassign 03:01.0",
      "02:00.0=0 03:00.0=0 03:01.0=0 03:02.0=0",
      "00:01.0=0 00:02.0=0 02:00.0=0 03:01.0=0 03:02.0=0", NULL },
    { "two guests behind one bridge",
      "alias 03:01.0 03:00.0; alias 03:02.0 03:00.0; " PORTS
      "03:01.0 n; 03:02.0 n; boot; assign 03:01.0 5; "
      "assign 03:02.0 6 = -16",
      "02:00.0=5 03:00.0=5 03:01.0=5 03:02.0=0",
      "00:01.0=0 00:02.0=0 02:00.0=0 03:00.0=5", NULL },
    { "two guests' cards turn out to be behind one bridge",
      "00:01.0 r 1 1; 05:01.0 n; 05:02.0 n; boot; assign 05:01.0 5; "
      "assign 05:02.0 6; 00:05.0 c 5 5; add 00:05.0",
      "05:01.0=5 05:02.0=6", "00:01.0=0", "two guests have devices" },
    { "one guest has both",
      PORTS "03:01.0 n; 03:02.0 n; boot; assign 03:01.0 5; assign 03:02.0 5; "
            "gone 03:01.0; remove 03:01.0; destroy 5",
      "", "00:01.0=0 00:02.0=0 02:00.0=0", NULL },
    { "device 0 on the bus is a guest's, its neighbour dom0's",
      PORTS "03:00.0 n; 03:01.0 n; boot; assign 03:00.0 5; gone 03:01.0; "
            "remove 03:01.0",
      "02:00.0=5 03:00.0=5", "00:01.0=0 00:02.0=0 02:00.0=0 03:00.0=5", NULL },
    { "device 0 on the bus, then its neighbour, are a guest's",
      PORTS "03:00.0 n; 03:01.0 n; boot; assign 03:00.0 5; assign 03:01.0 5",
      "02:00.0=5 03:00.0=5 03:01.0=5",
      "00:01.0=0 00:02.0=0 02:00.0=0 03:00.0=5 03:01.0=5", NULL },
    { "a neighbour in quarantine",
      PORTS "03:01.0 n; 03:02.0 n; boot; assign 03:01.0 32753; gone 03:02.0; "
            "remove 03:02.0; 03:02.0 n; add 03:02.0",
      "03:02.0=0", "00:01.0=0 00:02.0=0 02:00.0=0 03:02.0=0", NULL },
    { "a guest's device beside one in quarantine leaves",
      PORTS "03:01.0 n; 03:02.0 n; boot; assign 03:01.0 32753; "
            "assign 03:02.0 5; gone 03:02.0; remove 03:02.0; destroy 5; "
            "deassign 03:01.0",
      "02:00.0=0 03:00.0=0 03:01.0=0",
      "00:01.0=0 00:02.0=0 02:00.0=0 03:01.0=0", NULL },
    { "phantom functions are assigned",
      "phantom 01:00.0 1; 00:01.0 r 1 1; 01:00.0 e; boot; "
      "assign 01:00.0 5; destroy 5; deassign 01:00.0",
      "01:00.0=0 01:00.1=0 01:00.2=0 01:00.3=0 01:00.4=0 01:00.5=0 "
      "01:00.6=0 01:00.7=0",
      "00:01.0=0 01:00.0=0 01:00.1=0 01:00.2=0 01:00.3=0 01:00.4=0 "
      "01:00.5=0 01:00.6=0 01:00.7=0",
      NULL },
    { "a device that Xen keeps",
      PORTS "01:00.0 e; boot; hide 01:00.0; assign 01:00.0 5 = -16; "
            "remove 01:00.0 = -16; add 01:00.0",
      "01:00.0=0", "00:01.0=0 00:02.0=0 01:00.0=0 02:00.0=0", NULL },
    { "a guest's device is removed by dom0",
      PORTS "01:00.0 e; boot; assign 01:00.0 5; remove 01:00.0 = -16",
      "01:00.0=5", "00:01.0=0 00:02.0=0 01:00.0=5 02:00.0=0", NULL },
    { "a guest's device is gone",
      PORTS "msi 01:00.0 0; 01:00.0 e; boot; assign 01:00.0 5; bind 01:00.0 5; "
            "gone 01:00.0; remove 01:00.0",
      "", "00:01.0=0 00:02.0=0 02:00.0=0", "is gone, and was d5's" },
    { "and comes back: it is not dom0's",
      PORTS "01:00.0 e; boot; assign 01:00.0 5; gone 01:00.0; remove 01:00.0; "
            "01:00.0 e; add 01:00.0; deassign 01:00.0",
      "01:00.0=0", "00:01.0=0 00:02.0=0 01:00.0=0 02:00.0=0", NULL },
    { "a card of a guest's comes back beside dom0's",
      PORTS "03:01.0 n; 03:02.0 n; boot; assign 03:01.0 5; gone 03:01.0; "
            "remove 03:01.0; 03:01.0 n; add 03:01.0",
      "03:02.0=0", "00:01.0=0 00:02.0=0 02:00.0=0 03:02.0=0",
      "it is in quarantine" },
    { "and with page tables in quarantine",
      "scratch; " PORTS
      "03:01.0 n; boot; assign 03:01.0 5; gone 03:01.0; remove 03:01.0; "
      "03:01.0 n; add 03:01.0; assign 03:01.0 6",
      "02:00.0=6 03:00.0=6 03:01.0=6",
      "00:01.0=0 00:02.0=0 02:00.0=0 03:01.0=6", NULL },
    { "a guest's device reads otherwise",
      PORTS "01:00.0 e; boot; assign 01:00.0 5; other 01:00.0; add 01:00.0; "
            "destroy 5",
      "", "00:01.0=0 00:02.0=0 02:00.0=0", NULL },
    { "a guest's endpoint says it is a bridge",
      PORTS "01:00.0 e; 03:01.0 n; boot; assign 01:00.0 5; assign 03:01.0 6; "
            "pretend 01:00.0 3 3; add 01:00.0; remove 01:00.0 = -16",
      "01:00.0=5 02:00.0=6 03:00.0=6 03:01.0=6",
      "00:01.0=0 00:02.0=0 01:00.0=5 02:00.0=0 03:01.0=6", NULL },
    { "a bridge above a guest's device is removed",
      PORTS "03:01.0 n; boot; assign 03:01.0 5; remove 02:00.0 = -16; "
            "remove 00:02.0 = -16",
      "02:00.0=5 03:00.0=5 03:01.0=5",
      "00:01.0=0 00:02.0=0 02:00.0=0 03:01.0=5", NULL },
    { "one that does not answer",
      PORTS "03:01.0 n; boot; assign 03:01.0 5; gone 02:00.0; gone 03:01.0; "
            "remove 02:00.0; destroy 5",
      "", "00:01.0=0 00:02.0=0", NULL },
    { "a guest's device is displaced",
      PORTS "msi 01:00.0 0; 01:00.0 e; boot; assign 01:00.0 5; bind 01:00.0 5; "
            "00:01.0 r 7 7; add 00:01.0",
      "", "00:01.0=0 00:02.0=0 02:00.0=0", "goes to quarantine" },
    { "and comes back",
      PORTS "01:00.0 e; boot; assign 01:00.0 5; 00:01.0 r 7 7; add 00:01.0; "
            "00:01.0 r 1 1; add 00:01.0; deassign 01:00.0",
      "01:00.0=0", "00:01.0=0 00:02.0=0 01:00.0=0 02:00.0=0", NULL },
    { "a guest's cards where the bus gets another number",
      PORTS "03:01.0 n; boot; assign 03:01.0 5; 02:00.0 p 3 3; 00:02.0 r 2 5; "
            "02:00.0 p 5 5; add 02:00.0; destroy 5",
      "", "00:01.0=0 00:02.0=0 02:00.0=0", NULL },
    { "a guest's cards, whose bridge gets another upstream bridge",
      "00:02.0 r 2 4; 02:00.0 r 3 4; 03:00.0 p 4 4; 04:01.0 n; boot; "
      "assign 04:01.0 5; 02:00.0 p 3 4; add 02:00.0; destroy 5",
      "", "00:02.0=0 02:00.0=0", NULL },
    { "dom0's disk is displaced, and back",
      PORTS "msi 01:00.0 0; 01:00.0 e; boot; bind 01:00.0 0; 00:01.0 r 7 7; "
            "add 00:01.0; 00:01.0 r 1 1; add 00:01.0",
      "01:00.0=0", "00:01.0=0 00:02.0=0 01:00.0=0 02:00.0=0", NULL },
    { "ports exchanged under a guest, there and back",
      "00:01.0 r 1 1; 00:02.0 r 2 2; 01:00.0 e; 02:00.0 e; boot; "
      "assign 01:00.0 5; 00:01.0 r 2 2; 00:02.0 r 1 1; add 00:01.0; "
      "add 00:02.0; add 01:00.0; add 02:00.0; 00:01.0 r 1 1; "
      "00:02.0 r 2 2; add 00:01.0; add 01:00.0; add 02:00.0; destroy 5",
      "02:00.0=0", "00:01.0=0 00:02.0=0 02:00.0=0", NULL },
    { "a port falls silent in the middle of a report",
      PORTS "01:00.0 e; boot; unrest 00:01.0 1 5; add 00:01.0 = no",
      "01:00.0=0", "00:01.0=0 00:02.0=0 01:00.0=0 02:00.0=0", NULL },
    { "the device does",
      PORTS "01:00.0 e; boot; unrest 01:00.0 7 1; add 01:00.0 = -11",
      "01:00.0=0", "00:01.0=0 00:02.0=0 01:00.0=0 02:00.0=0", NULL },
    { "turned off",
      "off; " PORTS
      "01:00.0 e; boot; assign 01:00.0 5; gone 01:00.0; remove 01:00.0; "
      "01:00.0 e; add 01:00.0",
      "01:00.0=0", "00:01.0=0 00:02.0=0 01:00.0=0 02:00.0=0", NULL },
    { "the firmware's alias",
      "alias 03:01.0 03:00.0; " PORTS
      "03:01.0 n; boot; assign 03:01.0 5; destroy 5; deassign 03:01.0; "
      "gone 03:01.0; remove 03:01.0; 03:01.0 n; add 03:01.0",
      "02:00.0=0 03:00.0=0 03:01.0=0",
      "00:01.0=0 00:02.0=0 02:00.0=0 03:00.0=0", NULL },
    { "and the bus moves away and back",
      "alias 03:01.0 03:00.0; " PORTS
      "03:01.0 n; boot; 00:02.0 r 2 5; 02:00.0 p 5 5; gone 03:01.0; "
      "05:01.0 n; add 05:01.0; remove 03:01.0; 00:02.0 r 2 3; "
      "02:00.0 p 3 3; gone 05:01.0; 03:01.0 n; add 03:01.0; "
      "remove 05:01.0",
      "02:00.0=0 03:00.0=0 03:01.0=0",
      "00:01.0=0 00:02.0=0 02:00.0=0 03:00.0=0", NULL },
    { "cards with MSIs share a table of interrupts",
      "msi 03:01.0 0; msi 03:02.0 0; msi 03:00.0 0; " PORTS
      "03:00.0 n; boot; 03:01.0 n; add 03:01.0; 03:02.0 n; add 03:02.0; "
      "gone 03:00.0; remove 03:00.0; gone 03:01.0; remove 03:01.0; "
      "03:00.0 n; add 03:00.0",
      "02:00.0=0 03:00.0=0 03:02.0=0",
      "00:01.0=0 00:02.0=0 02:00.0=0 03:00.0=0 03:02.0=0", NULL },
    { "cards that the firmware does not know share a table of interrupts",
      FAR_CARDS "boot; msi 13:01.0 0; msi 13:02.0 0; msi 13:00.0 0; 13:00.0 n; "
                "add 13:00.0; 13:01.0 n; add 13:01.0; 13:02.0 n; add 13:02.0; "
                "gone 13:00.0; remove 13:00.0; gone 13:01.0; remove 13:01.0; "
                "13:00.0 n; add 13:00.0",
      "12:00.0=0 13:00.0=0 13:02.0=0", "00:03.0=0 13:00.0=0", NULL },
    { "a guest has one of them",
      FAR_CARDS "boot; 13:00.0 n; add 13:00.0; 13:01.0 n; add 13:01.0; "
                "assign 13:01.0 5; gone 13:00.0; remove 13:00.0; 13:02.0 n; "
                "add 13:02.0; destroy 5; deassign 13:01.0",
      "12:00.0=0 13:00.0=0 13:01.0=0 13:02.0=0", "00:03.0=0 13:00.0=0", "" },
    { "the last one goes",
      FAR_CARDS "boot; msi 13:01.0 0; 13:01.0 n; add 13:01.0; gone 13:01.0; "
                "remove 13:01.0",
      "", "00:03.0=0", NULL },
    { "a second one is added under a guest, and refused to another",
      FAR_CARDS
      "boot; 13:01.0 n; add 13:01.0; assign 13:01.0 5; 13:02.0 n; "
      "add 13:02.0; assign 13:02.0 6 = -16; destroy 5; assign 13:02.0 6",
      "13:02.0=6", "00:03.0=0", NULL },
    { "the bus of theirs moves under a guest",
      FAR_CARDS
      "boot; 13:01.0 n; add 13:01.0; 13:02.0 n; add 13:02.0; "
      "assign 13:01.0 5; 00:03.0 r 12 15; 12:00.0 p 15 15; add 12:00.0; "
      "15:01.0 n; 15:02.0 n; gone 13:01.0; gone 13:02.0; add 15:01.0; "
      "add 15:02.0; remove 13:01.0; remove 13:02.0; destroy 5; "
      "deassign 15:01.0",
      "12:00.0=0 15:00.0=0 15:01.0=0 15:02.0=0",
      "00:03.0=0 12:00.0=0 15:00.0=0", NULL },
    { "a conventional bridge is hot-added in front",
      "00:03.0 r 12 14; boot; 12:00.0 p 13 13; add 12:00.0; 13:01.0 n; "
      "add 13:01.0; assign 13:01.0 5; 00:04.0 c 20 21; add 00:04.0; "
      "20:00.0 c 21 21; add 20:00.0; 21:01.0 n; add 21:01.0; "
      "remove 00:04.0",
      "12:00.0=5 13:00.0=5 13:01.0=5", "00:03.0=0 12:00.0=0 13:00.0=5", NULL },
    { "a PF with VFs is displaced under a guest",
      PORTS "01:00.0 e; boot; 01:00.1 v; vf 01:00.1 01:00.0; assign 01:00.1 5; "
            "00:01.0 r 7 7; add 00:01.0; destroy 5; gone 01:00.0; "
            "gone 01:00.1; remove 01:00.0",
      "", "00:01.0=0 00:02.0=0 02:00.0=0", NULL },
    { "a guest's PF is removed with its VFs",
      PORTS "01:00.0 e; boot; 01:00.1 v; vf 01:00.1 01:00.0; assign 01:00.1 5; "
            "remove 01:00.0 = -16; gone 01:00.0; gone 01:00.1; remove 01:00.0",
      "", "00:01.0=0 00:02.0=0 02:00.0=0", NULL },
};

const size_t glue_case_count = ARRAY_SIZE(glue_cases);
