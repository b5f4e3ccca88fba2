/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A model of xen-pci/core/lookup.h: a latch, two copies of the answers (here
 * of two buses), one writer that changes both answers from N to N + 1, and
 * readers that load both copies, take the one that the latch said, and ask
 * again where the latch has moved.
 *
 * Memory is as weak as release and acquire allow.  Every store appends to the
 * history of its word and carries, as a release, how far all histories were.
 * A reader may load any entry that is not older than the oldest it may still
 * see of that word: a relaxed load only moves that limit to what it loaded;
 * an acquire also moves the limits of all words to what the entry carries.
 * With a single writer this is all that C11 lets a reader see.
 *
 * With one of these defined, an error must be found:
 * BROKEN_RECHECK  the latch is not looked at again;
 * BROKEN_ACQUIRE  the answer is loaded without acquire;
 * BROKEN_RELEASE  the answers are stored without release;
 * BROKEN_ORDER    the latch is stored before the answers it is to show;
 * BROKEN_WAIT     readers wait while the writer is at work, as a seqlock's.
 */
#ifndef CHANGES
#define CHANGES 3
#endif
#ifndef READERS
#define READERS 1
#endif
#ifndef READS
#define READS 3
#endif

#define BUSES 2
#define WORDS 5 /* the latch, and an answer for each copy and bus */
#define LATCH 0
#define ANSWER(copy, bus) (1 + 2 * (copy) + (bus))
#define LENGTH (CHANGES + 1)

typedef history {
    byte value[LENGTH];
    byte carries[LENGTH * WORDS];
    byte last
};
history memory[WORDS];
byte in_force = 0; /* what the last store to the latch says */
bool at_work = false;

inline store(which, what, release)
{
    d_step {
        memory[which].last++;
        memory[which].value[memory[which].last] = what;
        word = 0;
        do
        :: word < WORDS ->
            if
            :: release ->
                memory[which].carries[memory[which].last * WORDS + word] =
                    memory[word].last
            :: else
            fi;
            word++
        :: else -> break
        od;
        word = 0
    }
}

/* Any of the entries that may still be seen; `got` has its value. */
inline load(which, acquire)
{
    atomic {
        entry = sees[which];
        do
        :: entry < memory[which].last -> entry++
        :: break
        od;
        got = memory[which].value[entry];
        sees[which] = entry;
        word = 0;
        do
        :: word < WORDS ->
            if
            :: acquire &&
               memory[which].carries[entry * WORDS + word] > sees[word] ->
                sees[word] = memory[which].carries[entry * WORDS + word]
            :: else
            fi;
            word++
        :: else -> break
        od;
        word = 0;
        entry = 0
    }
}

#ifdef BROKEN_RELEASE
#define RELEASE false
#else
#define RELEASE true
#endif
#ifdef BROKEN_ACQUIRE
#define ACQUIRE false
#else
#define ACQUIRE true
#endif

inline publish()
{
    atomic {
        store(LATCH, change, true);
        in_force = change
    }
}

/* It may stop for good before any of its steps. */
active proctype writer()
{
    byte change = 0, word, next;

    do
    :: change < CHANGES ->
        change++;
        next = change & 1;
        at_work = true;
#ifdef BROKEN_ORDER
        publish();
#endif
        if :: true :: true -> goto stalled fi;
        store(ANSWER(next, 0), change, RELEASE);
        if :: true :: true -> goto stalled fi;
        store(ANSWER(next, 1), change, RELEASE);
        if :: true :: true -> goto stalled fi;
#ifndef BROKEN_ORDER
        publish();
#endif
        if :: true :: true -> goto stalled fi;
        store(ANSWER(1 - next, 0), change, RELEASE);
        if :: true :: true -> goto stalled fi;
        store(ANSWER(1 - next, 1), change, RELEASE);
        at_work = false
    :: else -> break
    od;
stalled:
    skip
}

active [READERS] proctype reader()
{
    byte sees[WORDS];
    byte got, entry, word, bus, latch, even, answer, rounds, reads, before,
        known;

    do
    :: reads < READS ->
        if :: bus = 0 :: bus = 1 fi;
        known = memory[LATCH].value[sees[LATCH]];
        rounds = 0;
again:
#ifdef BROKEN_WAIT
        !at_work;
#endif
        rounds++;
        load(LATCH, true);
        latch = got;
        load(ANSWER(0, bus), ACQUIRE);
        even = got;
        load(ANSWER(1, bus), ACQUIRE);
        answer = (latch & 1 -> got : even);
#ifndef BROKEN_RECHECK
        load(LATCH, false);
        if
        :: got != latch -> goto again
        :: else
        fi;
#endif
        /* Never one that is not in force yet, nor one known to be replaced. */
        assert(answer <= in_force);
        assert(answer >= known);
        /* Never before again, on whatever bus, after an answer was after. */
        assert(answer >= before);
        /* Asked again only for a change that was published meanwhile. */
        assert(rounds <= in_force - known + 1);
        before = answer;
        reads++
    :: else -> break
    od
}
