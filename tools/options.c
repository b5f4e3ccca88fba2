/* SPDX-License-Identifier: GPL-2.0-only */
/* The options of all commands, in one table. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "tool.h"

/* Capital letters without a `short_form` have only their long name. */
static const struct tool_option {
    char letter;
    bool short_form;
    const char *name;
    const char *value; /* NULL where it takes none */
    const char *help;
} tool_options[] = {
    { 'F', true, "file", "DUMP",
      "read what lspci -x, -xxx or -xxxx printed (- is stdin)" },
    { 'S', false, "sysfs", "DIR", "read a directory laid out like /sys" },
    { 'E', false, "embedded", NULL,
      "this machine's devices, but not the Xen it runs on" },
    { 'B', false, "boot-from", "A",
      "what an embedded hypervisor booted on: a dump or a DIR" },
    { 'R', false, "repair", "POLICY",
      "none, safe or all (default: all with the module)" },
    { 'y', true, "yes", NULL, "do not ask" },
    { 'O', false, "force", NULL,
      "also if over half of the machine is gone from dom0" },
    { 'A', false, "from", "A", "the topology before: as for xl-pci diff" },
    { 'X', false, "xenstore", "PATH",
      "where the report of xen-pcid is (/tool/xen-pcid)" },
    { 'x', false, "fix", NULL, "print the corrected lines" },
    { 'I', false, "in-place", NULL,
      "correct the files; each is kept as FILE~" },
    { 's', true, "slot", "SLOT", "only these: [[SSSS:]BB:][DD][.F], as lspci" },
    { 'd', true, "id", "ID",
      "only these: [VENDOR]:[DEVICE][:CLASS], as lspci" },
    { 'N', false, "note", NULL,
      "write into the files which devices they mean" },
    { 'j', true, "json", NULL, "print JSON, on one line" },
    { 'n', true, "numeric", NULL, "vendor:device numbers instead of names" },
    { 'q', true, "quiet", NULL, "no names: what lspci -t prints" },
    { 'i', true, "ids", "FILE", "take names from FILE, not from pci.ids" },
    { 'o', true, "output", "FORMAT",
      "text (default), json, dot, svg, lspci or trace" },
    { 'M', false, "model", "MODEL",
      "module (default) or stock: who hears the events" },
    { 'v', true, "verbose", NULL, "print every statement and its outcome" },
    { 'h', true, "help", NULL, "this help" },
};

#define OPTION_COUNT ARRAY_SIZE(tool_options)

static bool takes(const char *letters, char letter)
{
    return letter == 'h' || strchr(letters, letter) != NULL;
}

static void apply(struct invocation *call, int letter)
{
    switch ( letter )
    {
    case 'F':
        call->dump = optarg;
        break;
    case 'S':
        call->sysfs = optarg;
        break;
    case 'E':
        call->embedded = true;
        break;
    case 'B':
        call->boot = optarg;
        break;
    case 'R':
        call->repair = optarg;
        break;
    case 'y':
        call->yes = true;
        break;
    case 'O':
        call->force = true;
        break;
    case 'A':
        call->from = optarg;
        break;
    case 'X':
        call->store = optarg;
        break;
    case 'x':
        call->fix = true;
        break;
    case 'I':
        call->in_place = true;
        break;
    case 's':
        call->slot = optarg;
        break;
    case 'd':
        call->id = optarg;
        break;
    case 'N':
        call->note = true;
        break;
    case 'j':
        call->json = true;
        break;
    case 'n':
        call->numeric = true;
        break;
    case 'q':
        call->quiet = true;
        break;
    case 'i':
        call->ids = optarg;
        break;
    case 'o':
        call->output = optarg;
        break;
    case 'M':
        call->model = optarg;
        break;
    case 'v':
        call->verbose = true;
        break;
    case 'h':
        call->help = true;
        break;
    }
}

/* getopt's tables for the options that `letters` names. */
static void getopt_tables(const char *letters, char *short_options,
                          struct option *long_options)
{
    size_t i;

    *short_options++ = ':';
    for ( i = 0; i < OPTION_COUNT; i++ )
    {
        const struct tool_option *option = &tool_options[i];

        if ( !takes(letters, option->letter) )
            continue;
        *long_options++ = (struct option){
            .name = option->name,
            .has_arg = option->value ? required_argument : no_argument,
            .val = option->letter,
        };
        if ( !option->short_form )
            continue;
        *short_options++ = option->letter;
        if ( option->value )
            *short_options++ = ':';
    }
    *short_options = '\0';
    *long_options = (struct option){ 0 };
}

static bool check_call(const struct invocation *call)
{
    const struct command *command = call->command;
    int most;

    if ( call->help )
        return true;
    if ( !!call->dump + !!call->sysfs + call->embedded > 1 )
    {
        tool_error("%s: one of -F, --sysfs and --embedded, not more",
                   command->name);
        return false;
    }
    if ( call->argument_count < command->argument_count )
    {
        tool_error("%s: %s is missing; try `xl-pci %s --help`", command->name,
                   command->arguments, command->name);
        return false;
    }
    most = command->argument_count + command->one_more_argument;
    if ( call->argument_count > most && !command->more_arguments )
    {
        tool_error("%s: unexpected argument '%s'; try `xl-pci %s --help`",
                   command->name, call->arguments[most], command->name);
        return false;
    }
    return true;
}

bool options_parse(struct invocation *call, int argc, char **argv)
{
    const char *name = call->command->name;
    char short_options[2 * OPTION_COUNT + 2];
    struct option long_options[OPTION_COUNT + 1];
    int letter;

    getopt_tables(call->command->options, short_options, long_options);
    opterr = 0;
    optind = 1;
    while ( (letter = getopt_long(argc, argv, short_options, long_options,
                                  NULL)) != -1 )
    {
        const char *given = argv[optind - 1];
        char short_name[] = { '-', (char)optopt, '\0' };

        if ( letter == ':' )
        {
            tool_error("%s: %s needs a value; try `xl-pci %s --help`", name,
                       given, name);
            return false;
        }
        if ( letter == '?' )
        {
            bool is_short = optopt && strncmp(given, "--", 2);

            tool_error("%s: unknown option %s; try `xl-pci %s --help`", name,
                       is_short ? short_name : given, name);
            return false;
        }
        apply(call, letter);
    }
    call->argument_count = argc - optind;
    call->arguments = argv + optind;
    return check_call(call);
}

void options_print(const char *letters)
{
    size_t i;

    for ( i = 0; i < OPTION_COUNT; i++ )
    {
        const struct tool_option *option = &tool_options[i];
        char left[32];

        if ( !strchr(letters, option->letter) )
            continue;
        snprintf(left, sizeof(left), "%c%c%s --%s%s%s",
                 option->short_form ? '-' : ' ',
                 option->short_form ? option->letter : ' ',
                 option->short_form ? "," : " ", option->name,
                 option->value ? " " : "", option->value ? option->value : "");
        printf("  %-20s %s\n", left, option->help);
    }
}
