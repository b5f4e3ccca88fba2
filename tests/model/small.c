/* SPDX-License-Identifier: GPL-2.0-only */
#include "orders.h"

#define AT(bus, slot, function) XPCI_SBDF(0, bus, (slot) << 3 | (function))

/* Ranges are written [secondary-subordinate]. */
const struct small_machine small_machines[] = {
    { "one bridge and what is behind it",
      { { AT(0, 1, 0), 'r', 1, 1, 0, 0, 0 },
        { AT(1, 0, 0), 'e', 0, 0, 0, 0, 0 },
        { AT(0, 2, 0), 'e', 0, 0, 0, 0, 2 } } },
    /* [1-4] holds [2-4] holds [3-3] and [4-4] */
    { "nested bridges",
      { { AT(0, 1, 0), 'r', 1, 4, 0, 0, 0 },
        { AT(1, 0, 0), 'p', 2, 4, 0, 0, 0 },
        { AT(2, 0, 0), 'c', 3, 3, 0, 0, 0 },
        { AT(2, 1, 0), 'c', 4, 4, 0, 0, 0 },
        { AT(3, 0, 0), 'e', 0, 0, 0, 0, 0 },
        { AT(4, 0, 0), 'e', 0, 0, 0, 0, 0 } } },
    /* [1-1], [2-3] holds [3-3], [4-4]: nothing meets */
    { "siblings",
      { { AT(0, 1, 0), 'r', 1, 1, 0, 0, 0 },
        { AT(0, 2, 0), 'p', 2, 3, 0, 0, 0 },
        { AT(2, 1, 0), 'c', 3, 3, 0, 0, 0 },
        { AT(0, 3, 0), 'r', 4, 4, 0, 0, 0 },
        { AT(3, 0, 0), 'e', 0, 0, 0, 0, 0 },
        { AT(4, 0, 0), 'e', 0, 0, 0, 0, 0 } } },
    { "a PF and its VFs",
      { { AT(0, 1, 0), 'r', 1, 1, 0, 0, 0 },
        { AT(1, 0, 0), 'e', 0, 0, 0, true, 3 },
        { AT(1, 0, 1), 'v', 0, 0, AT(1, 0, 0), 0, 1 },
        { AT(1, 0, 2), 'v', 0, 0, AT(1, 0, 0), 0, 2 },
        { AT(1, 0, 3), 'v', 0, 0, AT(1, 0, 0), true, 0 },
        { AT(1, 1, 0), 'e', 0, 0, 0, 0, 0 } } },
    /* What a VF's report says about a node is not about its PF. */
    { "a PF without a node",
      { { AT(0, 1, 0), 'r', 1, 1, 0, 0, 0 },
        { AT(1, 0, 0), 'e', 0, 0, 0, 0, 0 },
        { AT(1, 0, 1), 'v', 0, 0, AT(1, 0, 0), 0, 1 },
        { AT(1, 0, 2), 'v', 0, 0, AT(1, 0, 0), 0, 2 } } },
    /* VFs on bus 2, which no bridge has as its secondary: [1-2] */
    { "VFs that spill over to the next bus",
      { { AT(0, 1, 0), 'p', 1, 2, 0, 0, 0 },
        { AT(1, 0, 0), 'e', 0, 0, 0, 0, 0 },
        { AT(2, 0, 0), 'v', 0, 0, AT(1, 0, 0), 0, 0 },
        { AT(2, 0, 1), 'v', 0, 0, AT(1, 0, 0), 0, 0 },
        { AT(0, 2, 0), 'r', 3, 3, 0, 0, 0 },
        { AT(3, 0, 0), 'e', 0, 0, 0, 0, 0 } } },
    /* [1-3] meets [3-5]: bus 3 is the secondary of the second */
    { "conflict: ranges overlap",
      { { AT(0, 1, 0), 'p', 1, 3, 0, 0, 0 },
        { AT(0, 2, 0), 'c', 3, 5, 0, 0, 0 },
        { AT(1, 0, 0), 'e', 0, 0, 0, 0, 0 },
        { AT(2, 0, 0), 'e', 0, 0, 0, 0, 0 },
        { AT(3, 0, 0), 'e', 0, 0, 0, 0, 0 },
        { AT(4, 0, 0), 'e', 0, 0, 0, 0, 0 } } },
    /* [1-2] and [1-2] on bus 0: the lower BDF has both; [2-2] as well */
    { "conflict: the same range twice",
      { { AT(0, 1, 0), 'p', 1, 2, 0, 0, 0 },
        { AT(0, 2, 0), 'r', 1, 2, 0, 0, 0 },
        { AT(0, 3, 0), 'c', 2, 2, 0, 0, 0 },
        { AT(1, 0, 0), 'e', 0, 0, 0, 0, 0 },
        { AT(2, 0, 0), 'e', 0, 0, 0, 0, 0 } } },
    /* [1-2] holds the bus of [2-9], but not its end */
    { "conflict: a bridge reaches out of its parent",
      { { AT(0, 1, 0), 'r', 1, 2, 0, 0, 0 },
        { AT(1, 0, 0), 'p', 2, 9, 0, 0, 0 },
        { AT(2, 0, 0), 'e', 0, 0, 0, 0, 0 },
        { AT(9, 0, 0), 'e', 0, 0, 0, 0, 0 },
        { AT(0, 2, 0), 'c', 9, 9, 0, 0, 0 } } },
    /* [2-4] lies in [1-8] by its numbers, but not by its place on bus 0 */
    { "conflict: a range lies in a sibling's",
      { { AT(0, 1, 0), 'p', 1, 8, 0, 0, 0 },
        { AT(0, 2, 0), 'c', 2, 4, 0, 0, 0 },
        { AT(2, 0, 0), 'e', 0, 0, 0, 0, 0 },
        { AT(5, 0, 0), 'e', 0, 0, 0, 0, 0 },
        { AT(1, 0, 0), 'e', 0, 0, 0, 0, 0 } } },
    /* [1-4] -> [2-4] -> [3-3] and [4-4] */
    { "a switch",
      { { AT(0, 1, 0), 'r', 1, 4, 0, 0, 0 },
        { AT(1, 0, 0), 'u', 2, 4, 0, 0, 0 },
        { AT(2, 1, 0), 'd', 3, 3, 0, 0, 0 },
        { AT(2, 2, 0), 'd', 4, 4, 0, 0, 0 },
        { AT(3, 0, 0), 'e', 0, 0, 0, 0, 0 },
        { AT(4, 0, 0), 'p', 0, 0, 0, 0, 0 } } },
    { "impossible numbers",
      { { AT(3, 1, 0), 'p', 3, 4, 0, 0, 0 }, /* its secondary is its bus */
        { AT(3, 2, 0), 'c', 5, 4, 0, 0, 0 }, /* ends before it begins */
        { AT(3, 3, 0), 'r', 0, 0, 0, 0, 0 }, /* has none yet */
        { AT(3, 4, 0), 'c', 2, 9, 0, 0, 0 }, /* its secondary is above it */
        { AT(4, 0, 0), 'e', 0, 0, 0, 0, 0 } } },
    { "the last buses",
      { { AT(0, 1, 0), 'r', 0xfd, 0xff, 0, 0, 0 },
        { AT(0xfd, 0, 0), 'p', 0xfe, 0xff, 0, 0, 0 },
        { AT(0xfe, 0, 0), 'c', 0xff, 0xff, 0, 0, 0 },
        { AT(0xff, 0, 0), 'e', 0, 0, 0, 0, 0 },
        { AT(0xff, 1, 0), 'b', 0, 0, 0, 0, 0 } } },
};
const size_t small_machine_count = ARRAY_SIZE(small_machines);

#define ADD(...)        \
    {                   \
        SEQUENCE_ADD,   \
        {               \
            __VA_ARGS__ \
        }               \
    }
#define CONFIG(...)      \
    {                    \
        SEQUENCE_CONFIG, \
        {                \
            __VA_ARGS__  \
        }                \
    }
#define GONE(...)       \
    {                   \
        SEQUENCE_GONE,  \
        {               \
            __VA_ARGS__ \
        }               \
    }
#define REMOVE(...)      \
    {                    \
        SEQUENCE_REMOVE, \
        {                \
            __VA_ARGS__  \
        }                \
    }
#define RESET(...)      \
    {                   \
        SEQUENCE_RESET, \
        {               \
            __VA_ARGS__ \
        }               \
    }
#define REFUSE(...)      \
    {                    \
        SEQUENCE_REFUSE, \
        {                \
            __VA_ARGS__  \
        }                \
    }

#define ASSIGN(...)      \
    {                    \
        SEQUENCE_ASSIGN, \
        {                \
            __VA_ARGS__  \
        }                \
    }
#define DEASSIGN(...)      \
    {                      \
        SEQUENCE_DEASSIGN, \
        {                  \
            __VA_ARGS__    \
        }                  \
    }

const struct sequence sequences[] = {
    /* 6 -> 00:1c.0 and 7 -> 06:00.0 become 7 and 8, and back in some orders */
    { "assign-busses",
      { { AT(0, 0x1c, 0), 'p', 6, 7, 0, 0, 0 },
        { AT(6, 0, 0), 'c', 7, 7, 0, 0, 0 },
        { AT(7, 0, 0), 'e', 0, 0, 0, 0, 0 } },
      { CONFIG(AT(0, 0x1c, 0), 'p', 7, 8, 0, 0, 0),
        CONFIG(AT(7, 0, 0), 'c', 8, 8, 0, 0, 0),
        GONE(AT(6, 0, 0), 0, 0, 0, 0, 0, 0),
        ADD(AT(7, 0, 0), 'c', 8, 8, 0, 0, 0),
        CONFIG(AT(8, 0, 0), 'e', 0, 0, 0, 0, 0),
        ADD(AT(8, 0, 0), 'e', 0, 0, 0, 0, 0) } },
    { "assign-busses with removals",
      { { AT(0, 1, 0), 'p', 1, 3, 0, 0, 0 },
        { AT(1, 0, 0), 'c', 2, 3, 0, 0, 0 },
        { AT(2, 0, 0), 'c', 3, 3, 0, 0, 0 },
        { AT(3, 0, 0), 'e', 0, 0, 0, 0, 0 } },
      { CONFIG(AT(1, 0, 0), 'c', 3, 3, 0, 0, 0),
        GONE(AT(2, 0, 0), 0, 0, 0, 0, 0, 0),
        REMOVE(AT(2, 0, 0), 0, 0, 0, 0, 0, 0),
        ADD(AT(3, 0, 0), 'e', 0, 0, 0, 0, 0),
        REMOVE(AT(1, 0, 0), 0, 0, 0, 0, 0, 0),
        ADD(AT(1, 0, 0), 'c', 0, 0, 0, 0, 0) } },
    { "hot-added bridges that are programmed later",
      { { AT(0, 1, 0), 'r', 1, 4, 0, 0, 0 } },
      { CONFIG(AT(1, 0, 0), 'p', 0, 0, 0, 0, 0),
        ADD(AT(1, 0, 0), 'p', 0, 0, 0, 0, 0),
        CONFIG(AT(1, 0, 0), 'p', 2, 4, 0, 0, 0),
        CONFIG(AT(2, 0, 0), 'e', 0, 0, 0, 0, 0),
        ADD(AT(2, 0, 0), 'e', 0, 0, 0, 0, 0),
        ADD(AT(0, 2, 0), 'e', 0, 0, 0, 0, 0) } },
    { "a subordinate that is lowered behind one's back",
      { { AT(0, 1, 0), 'p', 1, 0xff, 0, 0, 0 },
        { AT(1, 0, 0), 'e', 0, 0, 0, 0, 0 },
        { AT(0, 2, 0), 'c', 0, 0, 0, 0, 0 } },
      { CONFIG(AT(0, 1, 0), 'p', 1, 1, 0, 0, 0),
        CONFIG(AT(0, 2, 0), 'c', 2, 3, 0, 0, 0),
        CONFIG(AT(2, 0, 0), 'e', 0, 0, 0, 0, 0),
        ADD(AT(2, 0, 0), 'e', 0, 0, 0, 0, 0),
        ADD(AT(0, 2, 0), 'c', 2, 3, 0, 0, 0),
        REMOVE(AT(0, 1, 0), 0, 0, 0, 0, 0, 0) } },
    { "a bridge in the way vanishes",
      { { AT(0, 1, 0), 'p', 1, 4, 0, 0, 0 },
        { AT(1, 0, 0), 'c', 2, 4, 0, 0, 0 },
        { AT(0, 2, 0), 'r', 5, 6, 0, 0, 0 },
        { AT(2, 0, 0), 'e', 0, 0, 0, 0, 0 } },
      { GONE(AT(0, 1, 0), 0, 0, 0, 0, 0, 0),
        CONFIG(AT(0, 2, 0), 'r', 1, 6, 0, 0, 0),
        ADD(AT(2, 0, 0), 'e', 0, 0, 0, 0, 0),
        RESET(AT(0, 2, 0), 0, 0, 0, 0, 0, 0),
        GONE(AT(1, 0, 0), 0, 0, 0, 0, 0, 0),
        REMOVE(AT(0, 1, 0), 0, 0, 0, 0, 0, 0) } },
    { "another device, another bridge",
      { { AT(0, 1, 0), 'p', 1, 3, 0, 0, 0 },
        { AT(1, 0, 0), 'c', 2, 2, 0, 0, 0 },
        { AT(2, 0, 0), 'e', 0, 0, 0, 0, 0 } },
      { CONFIG(AT(0, 1, 0), 'e', 0, 0, 0, 0, 0),
        ADD(AT(0, 1, 0), 'e', 0, 0, 0, 0, 0),
        CONFIG(AT(1, 0, 0), 'u', 2, 3, 0, 0, 0),
        ADD(AT(1, 0, 0), 'u', 2, 3, 0, 0, 0),
        ADD(AT(2, 0, 0), 'e', 0, 0, 0, 0, 0),
        REFUSE(AT(1, 0, 0), 0, 0, 0, 0, 0, 0) } },
    { "a PF, its VFs and the bridge above",
      { { AT(0, 1, 0), 'p', 1, 2, 0, 0, 0 },
        { AT(1, 0, 0), 'e', 0, 0, 0, 0, 0 },
        { AT(2, 0, 0), 'v', 0, 0, 0, 0, 0 } },
      { ADD(AT(2, 0, 0), 'v', 0, 0, AT(1, 0, 0), 0, 0),
        REMOVE(AT(1, 0, 0), 0, 0, 0, 0, 0, 0),
        REFUSE(AT(1, 0, 0), 0, 0, 0, 0, 0, 0),
        REFUSE(AT(0, 1, 0), 0, 0, 0, 0, 0, 0),
        CONFIG(AT(0, 1, 0), 'p', 1, 1, 0, 0, 0),
        ADD(AT(1, 0, 0), 'e', 0, 0, 0, true, 0) } },
    { "refused bridges",
      { { AT(0, 1, 0), 'p', 1, 4, 0, 0, 0 },
        { AT(1, 0, 0), 'c', 2, 4, 0, 0, 0 },
        { AT(2, 0, 0), 'e', 0, 0, 0, 0, 0 } },
      { REFUSE(AT(0, 1, 0), 0, 0, 0, 0, 0, 0),
        REFUSE(AT(1, 0, 0), 0, 0, 0, 0, 0, 0),
        ADD(AT(0, 1, 0), 'p', 1, 4, 0, 0, 0),
        REMOVE(AT(0, 1, 0), 0, 0, 0, 0, 0, 0),
        RESET(AT(1, 0, 0), 0, 0, 0, 0, 0, 0),
        ADD(AT(2, 0, 0), 'e', 0, 0, 0, 0, 0) } },
    { "four bridges change places",
      { { AT(0, 1, 0), 'p', 1, 2, 0, 0, 0 },
        { AT(0, 2, 0), 'r', 3, 4, 0, 0, 0 },
        { AT(1, 0, 0), 'c', 2, 2, 0, 0, 0 },
        { AT(3, 0, 0), 'c', 4, 4, 0, 0, 0 },
        { AT(2, 0, 0), 'e', 0, 0, 0, 0, 0 } },
      { CONFIG(AT(0, 1, 0), 'p', 3, 4, 0, 0, 0),
        CONFIG(AT(0, 2, 0), 'r', 1, 2, 0, 0, 0),
        ADD(AT(2, 0, 0), 'e', 0, 0, 0, 0, 0),
        CONFIG(AT(3, 0, 0), 'e', 0, 0, 0, 0, 0),
        ADD(AT(3, 0, 0), 'e', 0, 0, 0, 0, 0),
        REMOVE(AT(0, 2, 0), 0, 0, 0, 0, 0, 0) } },
    { "two ports exchange their numbers, a guest's disk behind one",
      { { AT(0, 1, 0), 'r', 1, 1, 0, 0, 0 },
        { AT(0, 2, 0), 'r', 2, 2, 0, 0, 0 },
        { AT(1, 0, 0), 'e', 0, 0, 0, 0, 0 },
        { AT(2, 0, 0), 'e', 0, 0, 0, 0, 0 } },
      { ASSIGN(AT(1, 0, 0), 0, 0, 0, 0, 0, 7),
        CONFIG(AT(0, 1, 0), 'r', 2, 2, 0, 0, 0),
        CONFIG(AT(0, 2, 0), 'r', 1, 1, 0, 0, 0),
        ADD(AT(1, 0, 0), 'e', 0, 0, 0, 0, 0),
        ADD(AT(2, 0, 0), 'e', 0, 0, 0, 0, 0),
        RESET(AT(0, 1, 0), 0, 0, 0, 0, 0, 0) } },
    { "a guest's device goes, comes back and is given back",
      { { AT(0, 1, 0), 'r', 1, 1, 0, 0, 0 },
        { AT(1, 0, 0), 'e', 0, 0, 0, 0, 0 } },
      { ASSIGN(AT(1, 0, 0), 0, 0, 0, 0, 0, 7),
        GONE(AT(1, 0, 0), 0, 0, 0, 0, 0, 0),
        REMOVE(AT(1, 0, 0), 0, 0, 0, 0, 0, 0),
        CONFIG(AT(1, 0, 0), 'e', 0, 0, 0, 0, 0),
        ADD(AT(1, 0, 0), 'e', 0, 0, 0, 0, 0),
        DEASSIGN(AT(1, 0, 0), 0, 0, 0, 0, 0, 0) } },
    { "a guest's device becomes a bridge to another guest's bus",
      { { AT(0, 1, 0), 'r', 1, 1, 0, 0, 0 },
        { AT(0, 2, 0), 'r', 2, 2, 0, 0, 0 },
        { AT(1, 0, 0), 'e', 0, 0, 0, 0, 0 },
        { AT(2, 0, 0), 'e', 0, 0, 0, 0, 0 } },
      { ASSIGN(AT(1, 0, 0), 0, 0, 0, 0, 0, 7),
        ASSIGN(AT(2, 0, 0), 0, 0, 0, 0, 0, 8),
        CONFIG(AT(1, 0, 0), 'p', 2, 2, 0, 0, 0),
        ADD(AT(1, 0, 0), 'e', 0, 0, 0, 0, 0),
        ADD(AT(2, 0, 0), 'e', 0, 0, 0, 0, 0),
        REMOVE(AT(0, 1, 0), 0, 0, 0, 0, 0, 0) } },
    { "a guest's PF, and its VFs on the next bus",
      { { AT(0, 1, 0), 'r', 1, 2, 0, 0, 0 },
        { AT(1, 0, 0), 'e', 0, 0, 0, 0, 0 },
        { AT(2, 0, 0), 'v', 0, 0, 0, 0, 0 } },
      { ASSIGN(AT(1, 0, 0), 0, 0, 0, 0, 0, 7),
        ADD(AT(2, 0, 0), 'v', 0, 0, AT(1, 0, 0), 0, 0),
        CONFIG(AT(0, 1, 0), 'r', 5, 6, 0, 0, 0),
        RESET(AT(0, 1, 0), 0, 0, 0, 0, 0, 0),
        REMOVE(AT(1, 0, 0), 0, 0, 0, 0, 0, 0),
        DEASSIGN(AT(1, 0, 0), 0, 0, 0, 0, 0, 0) } },
    { "a bridge that is found late, and loses its numbers",
      { { AT(1, 0, 0), 'e', 0, 0, 0, 0, 0 },
        { AT(0, 2, 0), 'p', 0, 0, 0, 0, 0 } },
      { ADD(AT(1, 0, 0), 'e', 0, 0, 0, 0, 0),
        CONFIG(AT(0, 1, 0), 'r', 1, 1, 0, 0, 0),
        ADD(AT(0, 1, 0), 'r', 1, 1, 0, 0, 0),
        CONFIG(AT(0, 2, 0), 'p', 1, 1, 0, 0, 0),
        ADD(AT(0, 2, 0), 'p', 1, 1, 0, 0, 0),
        GONE(AT(0, 1, 0), 0, 0, 0, 0, 0, 0) } },
};
const size_t sequence_count = ARRAY_SIZE(sequences);

static const struct {
    char type;
    uint8_t layout;
    int8_t pcie;
    uint16_t vendor;
    uint16_t device;
    uint32_t class_revision;
} types[] = {
    { 'r', 1, 4, 0x8086, 0x1901, 0x06040000 },
    { 'u', 1, 5, 0x10b5, 0x8747, 0x06040000 },
    { 'd', 1, 6, 0x10b5, 0x8747, 0x06040000 },
    { 'p', 1, 7, 0x1b21, 0x1080, 0x06040000 },
    { 'c', 1, WORLD_NO_PCIE, 0x8086, 0x244e, 0x06040100 },
    { 'b', 2, WORLD_NO_PCIE, 0x104c, 0xac56, 0x06070000 },
    { 'e', 0, 0, 0x8086, 0x10c9, 0x02000001 },
    { 'o', 0, 0, 0x1af4, 0x1041, 0x02000001 },
    { 'v', 0, 0, 0xffff, 0xffff, 0x02000001 },
};

struct event small_config(const struct small_function *function)
{
    struct event event = { .kind = EVENT_CONFIG, .sbdf = function->sbdf };
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(types); i++ )
        if ( types[i].type == function->type )
            event.function = (struct world_function){
                .sbdf = function->sbdf,
                .vendor = types[i].vendor,
                .device = types[i].device,
                .class_revision = types[i].class_revision,
                .layout = types[i].layout,
                .multifunction = true,
                .pcie = types[i].pcie,
                .primary = XPCI_BUS(function->sbdf),
                .secondary = function->secondary,
                .subordinate = function->subordinate,
            };
    return event;
}

struct event small_event(enum event_kind kind, uint32_t sbdf)
{
    struct event event = { .kind = kind, .sbdf = sbdf };

    event.report.node = XPCI_NO_NODE;
    return event;
}

struct event small_add(const struct small_function *function)
{
    struct event event = small_event(EVENT_ADD, function->sbdf);

    event.report.is_virtfn = function->type == 'v';
    event.report.is_extfn = function->is_extfn;
    event.report.physfn_bus = XPCI_BUS(function->physfn);
    event.report.physfn_devfn = XPCI_DEVFN(function->physfn);
    if ( function->node )
        event.report.node = function->node - 1;
    return event;
}

struct event sequence_event(const struct sequence_event *event)
{
    struct event assign;

    switch ( event->kind )
    {
    case SEQUENCE_CONFIG:
        return small_config(&event->function);
    case SEQUENCE_ADD:
        return small_add(&event->function);
    case SEQUENCE_GONE:
        return small_event(EVENT_GONE, event->function.sbdf);
    case SEQUENCE_REMOVE:
        return small_event(EVENT_REMOVE, event->function.sbdf);
    case SEQUENCE_RESET:
        return small_event(EVENT_RESET, event->function.sbdf);
    case SEQUENCE_REFUSE:
        return small_event(EVENT_REFUSE, event->function.sbdf);
    case SEQUENCE_DEASSIGN:
        return small_event(EVENT_DEASSIGN, event->function.sbdf);
    default:
        assign = small_event(EVENT_ASSIGN, event->function.sbdf);
        assign.domain = (uint16_t)event->function.node;
        return assign;
    }
}
