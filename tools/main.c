/* SPDX-License-Identifier: GPL-2.0-only */
/* xl-pci: the PCI topology that Xen works with, for administrators. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <xen-pci/version.h>

#include "tool.h"

static const struct command *const commands[] = {
    &command_list,  &command_tree,   &command_bus2bridge, &command_upstream,
    &command_check, &command_dump,   &command_diff,       &command_audit,
    &command_plan,  &command_repair, &command_translate,  &command_guests,
    &command_watch, &command_replay,
};

/* All of it fits a screen of 24 lines. */
static void print_help(void)
{
    size_t i;

    puts("Usage: xl-pci COMMAND [OPTION...] [ARGUMENT...]\n"
         "The PCI topology that a hypervisor works with, and what dom0 has.\n");
    for ( i = 0; i < ARRAY_SIZE(commands); i++ )
        printf("  %-10s %-9s %s\n", commands[i]->name, commands[i]->arguments,
               commands[i]->summary);
    putchar('\n');
    options_print(SOURCE_OPTIONS);
    puts("\nxl-pci COMMAND --help tells more.  SBDF: SSSS:BB:DD.F or BB:DD.F."
         "  Exit codes:\n"
         "0 done, 1 something is wrong, 2 usage or unreadable input, 3 the "
         "system refused.");
}

static void print_command_help(const struct command *command)
{
    printf("Usage: xl-pci %s [OPTION...]%s%s\n%s\n\nOptions:\n", command->name,
           *command->arguments ? " " : "", command->arguments, command->about);
    options_print(command->options);
    options_print("h");
}

static const struct command *find_command(const char *name)
{
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(commands); i++ )
        if ( !strcmp(commands[i]->name, name) )
            return commands[i];
    return NULL;
}

/* `xl-pci help COMMAND` is what some type. */
static enum tool_exit run_help(const char *name)
{
    const struct command *command = name ? find_command(name) : NULL;

    if ( name && !command )
    {
        tool_error("there is no command '%s'; `xl-pci --help` lists them",
                   name);
        return TOOL_USAGE;
    }
    if ( command )
        print_command_help(command);
    else
        print_help();
    return TOOL_DONE;
}

static enum tool_exit run(int argc, char **argv)
{
    struct invocation call = { 0 };
    const char *name = argc > 1 ? argv[1] : NULL;

    if ( !name )
    {
        tool_error("a command is missing; `xl-pci --help` lists them");
        return TOOL_USAGE;
    }
    if ( !strcmp(name, "--help") || !strcmp(name, "-h") )
        return run_help(NULL);
    if ( !strcmp(name, "help") )
        return run_help(argc > 2 ? argv[2] : NULL);
    if ( !strcmp(name, "--version") )
    {
        puts("xl-pci " XPCI_VERSION);
        return TOOL_DONE;
    }
    if ( *name == '-' )
    {
        tool_error("a command comes first, then options such as %s; "
                   "`xl-pci --help` lists the commands",
                   name);
        return TOOL_USAGE;
    }
    call.command = find_command(name);
    if ( !call.command )
    {
        tool_error("there is no command '%s'; `xl-pci --help` lists them",
                   name);
        return TOOL_USAGE;
    }
    if ( !options_parse(&call, argc - 1, argv + 1) )
        return TOOL_USAGE;
    if ( call.help )
    {
        print_command_help(call.command);
        return TOOL_DONE;
    }
    return call.command->run(&call);
}

int main(int argc, char **argv)
{
    enum tool_exit result = run(argc, argv);

    if ( fflush(stdout) || ferror(stdout) )
    {
        tool_error("standard output: %s", strerror(errno));
        return TOOL_REFUSED;
    }
    return result;
}
