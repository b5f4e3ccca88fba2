/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The journal of pending removals: its records, and the file that has them.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <xen-pci/snapshot.h>

#include "fault.h"
#include "file.h"
#include "journal.h"
#include "message.h"

/* More is no journal of ours: it is written anew long before. */
#define JOURNAL_MOST_BYTES (16U << 20)
/* With so many records, most of them about what is done, it is compacted. */
#define JOURNAL_MANY_RECORDS 4096U
/* So many unreadable journals are kept beside it. */
#define JOURNAL_SET_ASIDE 10U

/* What the checksum is about: all that stands before it. */
#define SUMMED (JOURNAL_RECORD - 9U)

static const char *const words[] = {
    [JOURNAL_PENDING] = "pending",
    [JOURNAL_DONE] = "done",
};

static uint32_t checksum(const char *bytes)
{
    return crc32(0, (const unsigned char *)bytes, SUMMED);
}

void journal_format_header(char *bytes)
{
    char text[JOURNAL_RECORD + 1];

    snprintf(text, sizeof(text), "%-46s\n", "xen-pci-journal 1");
    memcpy(bytes, text, JOURNAL_RECORD);
}

void journal_format_record(char *bytes, const struct journal_entry *entry)
{
    char text[JOURNAL_RECORD + 1], sbdf[XPCI_SBDF_LENGTH];

    snprintf(text, sizeof(text), "%016" PRIx64 " %-7s %-12s ", entry->sequence,
             words[entry->word], xpci_sbdf_format(sbdf, entry->sbdf));
    snprintf(text + SUMMED, sizeof(text) - SUMMED, "%08" PRIx32 "\n",
             checksum(text));
    memcpy(bytes, text, JOURNAL_RECORD);
}

bool journal_is_header(const char *bytes)
{
    char header[JOURNAL_RECORD];

    journal_format_header(header);

    return !memcmp(bytes, header, sizeof(header));
}

bool journal_parse_record(const char *bytes, struct journal_entry *entry)
{
    char text[JOURNAL_RECORD + 1], again[JOURNAL_RECORD];
    char word[8], sbdf[XPCI_SBDF_LENGTH];
    unsigned int i;

    memcpy(text, bytes, JOURNAL_RECORD);
    text[JOURNAL_RECORD] = '\0';
    if ( sscanf(text, "%16" SCNx64 " %7s %15s ", &entry->sequence, word,
                sbdf) != 3 ||
         xpci_sbdf_parse(sbdf, &entry->sbdf) )
        return false;

    for ( i = 0; i < ARRAY_SIZE(words); i++ )
    {
        if ( strcmp(word, words[i]) )
            continue;
        entry->word = i;
        /* There is one way to write a record, and this must be it. */
        journal_format_record(again, entry);
        return !memcmp(bytes, again, JOURNAL_RECORD);
    }

    return false;
}

void journal_init(struct journal *journal)
{
    *journal = (struct journal){ .fd = -1, .sequence = 1 };
}

void journal_dispose(struct journal *journal)
{
    if ( journal->fd >= 0 )
        close(journal->fd);
    free(journal->path);
    sbdf_set_dispose(&journal->pending);
    journal_init(journal);
}

bool journal_has(const struct journal *journal, uint32_t sbdf)
{
    return sbdf_set_has(&journal->pending, sbdf);
}

/* What reading a journal found. */
struct reading {
    bool header;
    size_t records;
    size_t damaged; /* places of a record at which none can be read */
};

static int take_records(struct journal *journal, const char *bytes, size_t size,
                        struct reading *reading)
{
    struct journal_entry entry;
    size_t at;
    int rc;

    reading->header = size >= JOURNAL_RECORD && journal_is_header(bytes);
    for ( at = JOURNAL_RECORD; at + JOURNAL_RECORD <= size;
          at += JOURNAL_RECORD )
    {
        if ( !journal_parse_record(bytes + at, &entry) )
        {
            reading->damaged++;
            continue;
        }
        reading->records++;
        if ( entry.sequence >= journal->sequence &&
             entry.sequence < UINT64_MAX )
            journal->sequence = entry.sequence + 1;
        if ( entry.word == JOURNAL_DONE )
        {
            sbdf_set_remove(&journal->pending, entry.sbdf);
            continue;
        }
        rc = sbdf_set_insert(&journal->pending, entry.sbdf);
        if ( rc )
            return rc;
    }

    /* A last record that is too short was never confirmed: a torn write. */
    return 0;
}

/* Everything that is pending, as the bytes of a journal without the rest. */
static char *compacted(struct journal *journal, size_t *size)
{
    struct journal_entry entry = { .word = JOURNAL_PENDING };
    char *bytes;
    size_t i;

    *size = (journal->pending.count + 1) * JOURNAL_RECORD;
    bytes = malloc(*size);
    if ( !bytes )
        return NULL;
    journal_format_header(bytes);
    for ( i = 0; i < journal->pending.count; i++ )
    {
        entry.sequence = journal->sequence++;
        entry.sbdf = journal->pending.sbdf[i];
        journal_format_record(bytes + (i + 1) * JOURNAL_RECORD, &entry);
    }

    return bytes;
}

/* Write the file anew, and open it for appending. */
static int rewrite(struct journal *journal, struct xpci_message *message)
{
    size_t size;
    char *bytes = compacted(journal, &size);
    int rc;

    journal->dirty = true;
    if ( journal->fd >= 0 )
        close(journal->fd);
    journal->fd = -1;
    if ( !bytes )
    {
        message_set(message, "no memory");
        return -ENOMEM;
    }
    fault_point("journal-rewrite");
    rc = file_replace(journal->path, bytes, size, 0600, true, message);
    free(bytes);
    if ( rc )
        return rc;
    fault_point("journal-rewritten");

    journal->fd = open(journal->path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if ( journal->fd < 0 )
    {
        rc = -errno;
        message_set(message, "cannot open %s: %s", journal->path,
                    strerror(-rc));
        return rc;
    }
    journal->records = journal->pending.count;
    journal->dirty = false;

    return 0;
}

/*
 * Keep what cannot be read: beside the journal, under a name of its own; when
 * all names are taken, under the last.
 */
static int set_aside(const struct journal *journal, char *kept, size_t size,
                     struct xpci_message *message)
{
    unsigned int i;
    int rc;

    for ( i = 0; i < JOURNAL_SET_ASIDE; i++ )
    {
        snprintf(kept, size, "%s.set-aside.%u", journal->path, i);
        if ( i == JOURNAL_SET_ASIDE - 1 )
            (void)unlink(kept);
        /* A link, not a rename: until it is replaced the journal stays. */
        if ( !link(journal->path, kept) )
            return 0;
        if ( errno != EEXIST )
            break;
    }
    rc = -errno;
    message_set(message,
                "%s cannot be read as a journal, and cannot be kept as %s: %s",
                journal->path, kept, strerror(-rc));

    return rc;
}

/* Read the file, if there is one, and say how it was. */
static int load(struct journal *journal, struct reading *reading,
                struct xpci_message *message)
{
    char *bytes;
    size_t size;
    int rc =
        file_read(journal->path, JOURNAL_MOST_BYTES, &bytes, &size, message);

    if ( rc == -ENOENT )
    {
        message->text[0] = '\0';
        return 0;
    }
    if ( rc == -EFBIG )
    {
        reading->damaged = 1;
        return 0;
    }
    if ( rc )
        return rc;
    rc = take_records(journal, bytes, size, reading);
    if ( !rc && !reading->header && size >= JOURNAL_RECORD )
        reading->damaged++;
    if ( !rc && !reading->header && size && size < JOURNAL_RECORD )
    {
        char header[JOURNAL_RECORD];

        journal_format_header(header);
        reading->damaged += !!memcmp(bytes, header, size);
    }
    free(bytes);
    if ( rc )
        message_set(message, "no memory");

    return rc;
}

int journal_open(struct journal *journal, const char *path,
                 struct xpci_message *message)
{
    struct reading reading = { 0 };
    struct xpci_message kept = { "" };
    char name[4096];
    int rc;

    message->text[0] = '\0';
    if ( !path )
        return 0;
    journal->path = strdup(path);
    if ( !journal->path )
        return -ENOMEM;
    journal->dirty = true;

    rc = file_make_directory(path, message);
    if ( rc )
        return rc;
    rc = load(journal, &reading, message);
    if ( rc )
        return rc;
    if ( reading.damaged )
    {
        rc = set_aside(journal, name, sizeof(name), message);
        if ( rc )
            return rc;
        message_set(
            &kept,
            "%.120s was damaged: %zu record%s could be read, %zu place%s "
            "not; it is kept as %.120s",
            journal->path, reading.records, reading.records == 1 ? "" : "s",
            reading.damaged, reading.damaged == 1 ? "" : "s", name);
    }
    rc = rewrite(journal, message);
    if ( !rc )
        *message = kept;

    return rc;
}

static int append(struct journal *journal, const char *bytes, size_t size)
{
    ssize_t written;

    do
    {
        written = write(journal->fd, bytes, size);
    } while ( written < 0 && errno == EINTR );
    if ( written < 0 )
        return -errno;

    return (size_t)written == size ? 0 : -ENOSPC;
}

/* Append records for these; `*added` of them were new. */
static int append_pending(struct journal *journal, const uint32_t *sbdf,
                          size_t count)
{
    struct journal_entry entry = { .word = JOURNAL_PENDING };
    char *bytes = malloc(count * JOURNAL_RECORD);
    size_t i;
    int rc;

    if ( !bytes )
        return -ENOMEM;
    for ( i = 0; i < count; i++ )
    {
        entry.sequence = journal->sequence++;
        entry.sbdf = sbdf[i];
        journal_format_record(bytes + i * JOURNAL_RECORD, &entry);
    }
    fault_point("journal-append");
    rc = append(journal, bytes, count * JOURNAL_RECORD);
    free(bytes);
    if ( rc )
        return rc;
    fault_point("journal-appended");
    if ( fdatasync(journal->fd) )
        return -errno;
    fault_point("journal-synced");
    journal->records += count;

    return 0;
}

int journal_pend(struct journal *journal, const uint32_t *sbdf, size_t count,
                 struct xpci_message *message)
{
    uint32_t *fresh;
    size_t i, added = 0;
    int rc = 0;

    if ( !count )
        return 0;
    fresh = malloc(count * sizeof(*fresh));
    if ( !fresh )
        goto out_memory;
    for ( i = 0; i < count; i++ )
    {
        if ( journal_has(journal, sbdf[i]) )
            continue;
        if ( sbdf_set_insert(&journal->pending, sbdf[i]) )
            goto out_memory;
        fresh[added++] = sbdf[i];
    }
    if ( !journal->path )
        goto out;
    if ( journal->dirty || (added && append_pending(journal, fresh, added)) )
        rc = rewrite(journal, message);
    goto out;

out_memory:
    journal->dirty = journal->path != NULL;
    message_set(message, "no memory");
    rc = -ENOMEM;
out:
    free(fresh);

    return rc;
}

void journal_done(struct journal *journal, uint32_t sbdf)
{
    struct journal_entry entry = { .sbdf = sbdf, .word = JOURNAL_DONE };
    struct xpci_message ignored;
    char bytes[JOURNAL_RECORD];

    if ( !journal_has(journal, sbdf) )
        return;
    sbdf_set_remove(&journal->pending, sbdf);
    if ( !journal->path || journal->dirty )
        return;

    fault_point("journal-clear");
    entry.sequence = journal->sequence++;
    journal_format_record(bytes, &entry);
    if ( append(journal, bytes, sizeof(bytes)) )
        journal->dirty = true;
    fault_point("journal-cleared");
    journal->records++;
    /* Where this fails it is dirty, and journal_repair() says why. */
    if ( journal->records > JOURNAL_MANY_RECORDS &&
         journal->records > 4 * journal->pending.count )
        (void)!rewrite(journal, &ignored);
}

bool journal_is_safe(const struct journal *journal)
{
    return !journal->dirty;
}

int journal_repair(struct journal *journal, struct xpci_message *message)
{
    return journal->dirty ? rewrite(journal, message) : 0;
}
