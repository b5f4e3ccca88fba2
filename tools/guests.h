/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices that guests are given, by their configs or in fact. */
#ifndef XL_PCI_GUESTS_H
#define XL_PCI_GUESTS_H

#include <stdio.h>
#include <time.h>

#include "edits.h"
#include "history.h"
#include "stable.h"

/* What is the matter with an entry; several can be. */
#define GUEST_MOVED 0x01   /* what it named is elsewhere */
#define GUEST_GONE 0x02    /* what it named is gone */
#define GUEST_STALE 0x04   /* it names nothing */
#define GUEST_BRIDGE 0x08  /* it names a bridge, or a part of the machine */
#define GUEST_ORPHAN 0x10  /* a VF without its PF */
#define GUEST_SHARED 0x20  /* its requester ID is another guest's as well */
#define GUEST_UNKNOWN 0x40 /* by a name that xl gave: not checked */
/* What a hypervisor or dom0's kernel says of the device at this moment. */
#define GUEST_DISPLACED 0x80 /* another bridge leads to its bus: no DMA */
#define GUEST_SILENT 0x100   /* its config space reads as nothing */
#define GUEST_CHANGED 0x200  /* it reads otherwise than it did */
#define GUEST_OWNER 0x400 /* a running guest's, and Xen has it as another's */
/* What else is given, and what stays in dom0. */
#define GUEST_TWICE 0x800  /* another entry names the same device */
#define GUEST_ALONE 0x1000 /* its requester ID is that of one not given along */
/* What else became of what it named. */
#define GUEST_REPLACED 0x2000 /* another device is in its place */
#define GUEST_NEVER 0x4000    /* nothing was there before either */
#define GUEST_UNSURE 0x8000   /* nobody can say which device it means */

/* What it names is not what it named, and no correction mends that. */
#define GUEST_LOST \
    (GUEST_GONE | GUEST_REPLACED | GUEST_NEVER | GUEST_UNSURE | GUEST_STALE)

/* A part of a config's text; none where `end` is 0. */
struct guest_span {
    size_t begin;
    size_t end;
};

/*
 * Which device an entry means, as a line of the config says it:
 *
 *   # xl-pci: 0000:01:00.0 is 0000:00/1c.0/00.0 endpoint 8086:1533 020000
 *             |               |                 |        |         class
 *             |               stable name       type     vendor:device
 *             the entry's SBDF; 0000:01:00.* where it has no function
 *
 * and behind them "virtfn" of a VF.  Where entries have one SBDF, the first
 * note of that SBDF is about the first, and so on.
 */
struct guest_note {
    struct guest_span span; /* its line in the config, with the newline */
    uint32_t sbdf;
    bool all_functions;
    bool attached; /* some entry has it */
    char *name;
    struct xpci_device_info device; /* what identity_same_device() looks at */
};

struct guest_entry {
    size_t config;      /* number of its config, or GUEST_RUNNING */
    char *guest;        /* name of the guest */
    uint16_t domain;    /* of a running guest: its ID */
    bool connected;     /* of a running guest: the device is being used */
    char *text;         /* the entry as it is written */
    unsigned long line; /* in the config; 0 for a running guest */
    size_t begin;       /* where the text begins in the config, and ends */
    size_t end;
    size_t statement;              /* where the line of its `pci` begins */
    struct guest_span part[4];     /* libvirt: domain, bus, slot, function */
    const struct guest_note *note; /* NULL: it has none */
    bool hidden; /* by dom0's kernel for guests: whoever gets it */
    bool has_sbdf;
    uint32_t sbdf;         /* function 0 where all_functions */
    bool all_functions;    /* "*": those of the slot that there are */
    unsigned int problems; /* GUEST_* */
    uint32_t now;          /* of GUEST_MOVED */
    size_t shared;         /* of GUEST_SHARED: number of the other entry */
    size_t twice;          /* of GUEST_TWICE: the same */
    uint32_t alone;        /* of GUEST_ALONE: one that is not given along */
    size_t alone_count;    /* and how many there are */
};

#define GUEST_RUNNING SIZE_MAX

/* An xl config, or the XML of a libvirt domain. */
struct guest_config {
    const char *path; /* the caller's */
    char *text;
    size_t size;
    time_t changed;
    struct guest_note *notes;
    size_t note_count;
    bool is_xml;
    size_t name_end;            /* XML: behind its </name> */
    struct guest_span metadata; /* XML: the start tag <metadata> */
    struct guest_span noted;    /* XML: all notes, with the blanks above */
};

struct guests {
    struct guest_entry *entries;
    size_t count;
    struct guest_config *configs;
    size_t config_count;
    size_t guest_count;
};

void guests_init(struct guests *guests);
void guests_dispose(struct guests *guests);

/*
 * Append; takes over the strings in `entry`, also on an error.  0 or -ENOMEM.
 */
int __must_check guests_add(struct guests *guests,
                            const struct guest_entry *entry);

/*
 * Read the config at `path`, as xl reads it.  TOOL_DONE, or the exit code
 * after the error was said; `guests` is as it was then.
 */
enum tool_exit guests_read_config(struct guests *guests, const char *path);

/* Read the text of the last config in `guests`: 0, -ENOMEM or -EINVAL. */
int __must_check guests_parse(struct guests *guests);

/*
 * The same for the XML of a libvirt domain: PCI devices in <hostdev> and
 * <interface type='hostdev'>, notes in <metadata>.
 */
int __must_check guest_libvirt_parse(struct guests *guests);

/*
 * The same for the file that dom0's command line comes from, if it is one: the
 * devices of xen-pciback.hide=, as if they were given to a guest.
 */
bool guest_cmdline_is(const char *text);
int __must_check guest_cmdline_parse(struct guests *guests);

/*
 * Edits of the XML of a libvirt domain: `entry` names what is at `entry->now`;
 * notes are `notes` (lines of words), instead of those that there are.  0,
 * -ENOMEM or -EINVAL: the address is written in an unusual way.
 */
int __must_check guest_libvirt_correct(struct edits *edits,
                                       const struct guest_config *config,
                                       const struct guest_entry *entry);
int __must_check guest_libvirt_note(struct edits *edits,
                                    const struct guest_config *config,
                                    const char *notes);

/* The notes of an xl config, in order, by its text.  0 or -ENOMEM. */
int __must_check guest_notes_read(struct guest_config *config);

/*
 * A note that is the words from `words` to `end`, and stands where `span` is.
 * One that cannot be read is left alone, and said with a warning.  0 or
 * -ENOMEM.
 */
int __must_check guest_notes_add(struct guest_config *config,
                                 struct guest_span span, const char *words,
                                 const char *end, unsigned long line);

/* Each entry of the config that has a note gets it. */
void guest_notes_attach(struct guests *guests, size_t config);
void guest_notes_dispose(struct guest_config *config);

/* The words of a note, without a newline. */
void guest_note_print(FILE *out, uint32_t sbdf, bool all_functions,
                      const char *name, const struct xpci_device_info *device);

/* How a note begins in an xl config, and in a libvirt domain. */
#define GUEST_NOTE_XL "# xl-pci: "
#define GUEST_NOTE_XML "<xl-pci:note>"

/* A line to `out` for each note in `fresh` that `old` does not have. */
void guest_notes_compare(FILE *out, const char *path, const char *old,
                         const char *fresh, const char *what);

/*
 * What became of what each entry names: by its note; where it has none, by
 * what history says, if that is about the time when the entry was written.
 * 0 or -ENOMEM.
 */
int __must_check guests_find(struct guests *guests,
                             const struct history *history);

/* The guests that run, from xenstore.  The same. */
enum tool_exit guests_read_running(struct guests *guests);

/*
 * Set the other problems of all entries, and what belongs to them.  `dom0` is
 * what dom0's kernel has at this moment, NULL: nobody can say.
 */
void guests_check(struct guests *guests, const struct history *history,
                  const struct view *dom0);

/* What the entry names, once it is corrected. */
uint32_t guests_meant(const struct guest_entry *entry);

/*
 * Entries of one guest: two files can describe it, or a file and xenstore.
 * What is hidden is hidden for any of them.
 */
bool guests_same(const struct guest_entry *a, const struct guest_entry *b);

/* The machine itself needs it: a host bridge, an ISA bridge and the like. */
bool guests_is_machines(const struct xpci_device_info *device);

/* A guest that has a problem, in words. */
#define GUEST_WORDS_LENGTH 512
struct guest_words {
    const struct guests *guests;
    const struct history *history;
    const struct view *dom0; /* as for guests_check() */
    struct names *names;
};

/*
 * Call `tell` with the kind (one word) of each problem of `entry`, and with
 * what it is and what to do.
 */
typedef void guest_problem_told(void *data, const char *kind, const char *text);
void guest_words_tell(const struct guest_words *words,
                      const struct guest_entry *entry, guest_problem_told *tell,
                      void *data);

/*
 * `config` with each entry that moved naming what it named before
 * (GUEST_CORRECT), and a note for each entry (GUEST_NOTE): `*text` is to be
 * freed, and NULL where nothing is to be changed.  0, -ENOMEM, or -EINVAL: the
 * corrected text is not read as it should.
 */
#define GUEST_CORRECT 1U
#define GUEST_NOTE 2U
int __must_check guests_correct(const struct guests *guests,
                                const struct history *history, size_t config,
                                unsigned int what, char **text);

/*
 * Replace the file of `config` by `text`; the file as it was stays beside it,
 * as PATH~ or, where that is taken, PATH~N~, whose name `backup` gets.
 * 0 or a negative errno value, and the file is as it was.
 */
int __must_check guests_replace(const struct guest_config *config,
                                const char *text, char **backup);

#endif /* XL_PCI_GUESTS_H */
