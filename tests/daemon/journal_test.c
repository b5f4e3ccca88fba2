/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../dom0-agent/file.h"
#include "../../dom0-agent/journal.h"
#include "../../dom0-agent/journal.h"
#include "suites.h"

static const uint32_t some[] = { 0x100, 0x208, 0x300, 0xffff0000, 0x12345678 };

static void fresh(void)
{
    char command[700];

    snprintf(command, sizeof(command), "rm -rf '%s'", scratch_path("journal"));
    CU_ASSERT_FATAL(!system(command));
}

static const char *path(void)
{
    return scratch_path("journal/journal");
}

static void open_it(struct journal *journal, struct xpci_message *message)
{
    journal_init(journal);
    CU_ASSERT(!journal_open(journal, path(), message));
}

static char *bytes_now(size_t *size)
{
    struct xpci_message message;
    char *bytes;

    CU_ASSERT_FATAL(!file_read(path(), 1 << 20, &bytes, size, &message));

    return bytes;
}

static void put_bytes(const char *bytes, size_t size)
{
    struct xpci_message message;

    CU_ASSERT_FATAL(!file_replace(path(), bytes, size, 0600, false, &message));
}

static void test_life(void)
{
    struct xpci_message message;
    struct journal journal;

    fresh();
    open_it(&journal, &message);
    CU_ASSERT_STRING_EQUAL(message.text, "");
    CU_ASSERT(!journal_pend(&journal, some, 3, &message));
    CU_ASSERT(!journal_pend(&journal, some, 3, &message));
    CU_ASSERT_EQUAL(journal.records, 3);
    journal_done(&journal, some[1]);
    journal_done(&journal, 0x4444);
    journal_dispose(&journal);
    journal_dispose(&journal);

    open_it(&journal, &message);
    CU_ASSERT_STRING_EQUAL(message.text, "");
    CU_ASSERT_EQUAL(journal.pending.count, 2);
    CU_ASSERT(journal_has(&journal, some[0]));
    CU_ASSERT(!journal_has(&journal, some[1]));
    CU_ASSERT(journal_has(&journal, some[2]));
    CU_ASSERT_EQUAL(journal.records, 2);
    journal_dispose(&journal);
}

/* A journal with all of some[] pending but some[1], as bytes. */
static char *sample(size_t *size)
{
    struct xpci_message message;
    struct journal journal;

    fresh();
    open_it(&journal, &message);
    CU_ASSERT(!journal_pend(&journal, some, ARRAY_SIZE(some), &message));
    journal_done(&journal, some[1]);
    journal_dispose(&journal);

    return bytes_now(size);
}

/* Everything whose record lies wholly in the first `size` bytes counts. */
static void test_truncated(void)
{
    struct xpci_message message;
    struct journal journal;
    size_t whole, size, i;
    char *bytes = sample(&whole);

    CU_ASSERT_EQUAL(whole, JOURNAL_RECORD * (ARRAY_SIZE(some) + 2));
    for ( size = 0; size <= whole; size++ )
    {
        size_t records = size / JOURNAL_RECORD;

        put_bytes(bytes, size);
        open_it(&journal, &message);
        /* A torn write is no damage. */
        CU_ASSERT_STRING_EQUAL(message.text, "");
        for ( i = 0; i < ARRAY_SIZE(some); i++ )
        {
            bool done = i == 1 && records == ARRAY_SIZE(some) + 2;

            CU_ASSERT_EQUAL(journal_has(&journal, some[i]),
                            i + 1 < records && !done);
        }
        journal_dispose(&journal);
    }
    free(bytes);
}

/* A wrong byte takes its own record with it, and no other, and is said. */
static void test_corrupted(void)
{
    static const unsigned char flips[] = { 0x01, 0x20, 0x80, 0xff };
    struct xpci_message message;
    struct journal journal;
    size_t whole, at, i, flip;
    char *bytes = sample(&whole);

    for ( at = 0; at < whole; at++ )
    {
        for ( flip = 0; flip < ARRAY_SIZE(flips); flip++ )
        {
            size_t hit = at / JOURNAL_RECORD;
            char name[700];

            fresh();
            CU_ASSERT_FATAL(!mkdir(scratch_path("journal"), 0700));
            bytes[at] ^= flips[flip];
            put_bytes(bytes, whole);
            bytes[at] ^= flips[flip];
            open_it(&journal, &message);
            CU_ASSERT_PTR_NOT_NULL(strstr(message.text, "damaged"));
            for ( i = 0; i < ARRAY_SIZE(some); i++ )
            {
                bool lost = hit == i + 1;
                bool done = i == 1 && hit != ARRAY_SIZE(some) + 1;

                CU_ASSERT_EQUAL(journal_has(&journal, some[i]), !lost && !done);
            }
            snprintf(name, sizeof(name), "%s.set-aside.0", path());
            CU_ASSERT(!access(name, F_OK));
            journal_dispose(&journal);

            /* What is left there is clean again. */
            open_it(&journal, &message);
            CU_ASSERT_STRING_EQUAL(message.text, "");
            journal_dispose(&journal);
        }
    }
    free(bytes);
}

static void test_garbage(void)
{
    static const char garbage[] = "this is somebody's shopping list\n"
                                  "and it is longer than one record, isn't it";
    struct xpci_message message;
    struct journal journal;
    char name[700], *kept;
    unsigned int i;
    size_t size;

    fresh();
    CU_ASSERT_FATAL(!mkdir(scratch_path("journal"), 0700));
    /* More often than there are names. */
    for ( i = 0; i < 12; i++ )
    {
        put_bytes(garbage, sizeof(garbage));
        open_it(&journal, &message);
        CU_ASSERT_EQUAL(journal.pending.count, 0);
        CU_ASSERT_PTR_NOT_NULL(strstr(message.text, "set-aside"));
        journal_dispose(&journal);
    }
    snprintf(name, sizeof(name), "%s.set-aside.9", path());
    CU_ASSERT_FATAL(!file_read(name, 4096, &kept, &size, &message));
    CU_ASSERT_EQUAL(size, sizeof(garbage));
    CU_ASSERT(!memcmp(kept, garbage, size));
    free(kept);
}

static void test_compaction(void)
{
    struct xpci_message message;
    struct journal journal;
    struct stat status;
    uint32_t i;

    fresh();
    open_it(&journal, &message);
    CU_ASSERT(!journal_pend(&journal, some, 2, &message));
    for ( i = 1; i < 6000; i++ )
    {
        uint32_t sbdf = 0x10000 + i;

        CU_ASSERT(!journal_pend(&journal, &sbdf, 1, &message));
        journal_done(&journal, sbdf);
    }
    CU_ASSERT(!stat(path(), &status));
    CU_ASSERT(status.st_size < (off_t)(JOURNAL_RECORD * 4200));
    journal_dispose(&journal);
    open_it(&journal, &message);
    CU_ASSERT_EQUAL(journal.pending.count, 2);
    CU_ASSERT(journal.sequence > 10000);
    journal_dispose(&journal);
}

/* The disk fails: pending in memory, said, and written when it is back. */
static void test_unwritable(void)
{
    struct xpci_message message = { "" };
    struct journal journal;

    journal_init(&journal);
    CU_ASSERT(journal_open(&journal, "/proc/nowhere/journal", &message));
    CU_ASSERT_PTR_NOT_NULL(strstr(message.text, "/proc/nowhere"));
    CU_ASSERT(!journal_is_safe(&journal));
    CU_ASSERT(journal_pend(&journal, some, 2, &message));
    CU_ASSERT_EQUAL(journal.pending.count, 2);
    CU_ASSERT(journal_repair(&journal, &message));

    fresh();
    CU_ASSERT_FATAL(!mkdir(scratch_path("journal"), 0700));
    free(journal.path);
    journal.path = strdup(path());
    CU_ASSERT(!journal_repair(&journal, &message));
    CU_ASSERT(journal_is_safe(&journal));
    journal_dispose(&journal);
    open_it(&journal, &message);
    CU_ASSERT_EQUAL(journal.pending.count, 2);

    /* And a descriptor that fails in the middle. */
    close(journal.fd);
    journal.fd = -1;
    CU_ASSERT(!journal_pend(&journal, some, 4, &message));
    CU_ASSERT(journal_is_safe(&journal));
    journal_dispose(&journal);
    open_it(&journal, &message);
    CU_ASSERT_EQUAL(journal.pending.count, 4);
    journal_dispose(&journal);
}

static void test_in_memory(void)
{
    struct xpci_message message;
    struct journal journal;

    journal_init(&journal);
    CU_ASSERT(!journal_open(&journal, NULL, &message));
    CU_ASSERT(!journal_pend(&journal, some, 2, &message));
    CU_ASSERT(journal_is_safe(&journal));
    journal_done(&journal, some[0]);
    CU_ASSERT_EQUAL(journal.pending.count, 1);
    journal_dispose(&journal);
}

void journal_suite(CU_pSuite suite)
{
    CU_add_test(suite, "a removal's life", test_life);
    CU_add_test(suite, "cut off at every byte", test_truncated);
    CU_add_test(suite, "wrong at every byte", test_corrupted);
    CU_add_test(suite, "garbage is kept", test_garbage);
    CU_add_test(suite, "compacted by itself", test_compaction);
    CU_add_test(suite, "a disk that fails", test_unwritable);
    CU_add_test(suite, "in memory, by choice", test_in_memory);
}
