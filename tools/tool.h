/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the subcommands of xl-pci share: how they are called, and how they
 * end.
 */
#ifndef XL_PCI_TOOL_H
#define XL_PCI_TOOL_H

#include <xen-pci/embedded.h>

#include "text.h"

struct command;

/* One call of a command, as the command line has it. */
struct invocation {
    const struct command *command;
    const char *dump;   /* -F: an lspci dump */
    const char *sysfs;  /* --sysfs: a directory laid out like /sys */
    const char *ids;    /* --ids: a pci.ids file instead of the system's */
    const char *output; /* -o, as given */
    const char *model;  /* --model, as given */
    const char *boot;   /* --boot-from: what an embedded hypervisor booted on */
    const char *repair; /* --repair, as given */
    const char *from;   /* --from: an older topology */
    const char *store;  /* --xenstore: where the daemon's report is */
    const char *slot;   /* -s, as given */
    const char *id;     /* -d, as given */
    bool embedded;      /* --embedded: not the hypervisor we run on */
    bool yes;
    bool force; /* --force: a plan that takes away most of the machine */
    bool fix;
    bool in_place;
    bool note; /* --note: write which devices are meant */
    bool json;
    bool numeric;
    bool quiet;
    bool verbose;
    bool help;
    int argument_count; /* what is left after the options */
    char **arguments;
};

struct command {
    const char *name;
    const char *options;    /* the letters it takes, see options.c */
    const char *arguments;  /* as its usage line shows them, "" for none */
    int argument_count;     /* how many it needs */
    bool one_more_argument; /* takes one more than these */
    bool more_arguments;    /* takes more than these, as many as there are */
    const char *summary;    /* for the list of commands */
    const char *about;      /* for its own help */
    enum tool_exit (*run)(struct invocation *call);
};

extern const struct command command_list;
extern const struct command command_tree;
extern const struct command command_bus2bridge;
extern const struct command command_upstream;
extern const struct command command_check;
extern const struct command command_diff;
extern const struct command command_audit;
extern const struct command command_plan;
extern const struct command command_repair;
extern const struct command command_translate;
extern const struct command command_guests;
extern const struct command command_watch;
extern const struct command command_dump;
extern const struct command command_replay;

/*
 * Read the options that `call->command` takes from argv[0...] and leave the
 * rest in `call`.  False after an error was said.
 */
bool options_parse(struct invocation *call, int argc, char **argv);

/* The options that `letters` names, a line each, to standard output. */
void options_print(const char *letters);

/* The options that name a topology (source.h). */
#define SOURCE_OPTIONS "FSE"

#endif /* XL_PCI_TOOL_H */
