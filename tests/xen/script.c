/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads the steps of a test case (script.h) and carries them out on the fake.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "../model/orders.h"
#include "script.h"

static uint32_t read_bdf(const char *text)
{
    unsigned int bus, slot, function;

    if ( sscanf(text, "%x:%x.%x", &bus, &slot, &function) != 3 || bus > 0xff ||
         slot > 0x1f || function > 7 )
        errx(1, "a step has '%s' for a BB:DD.F", text);

    return bus << 8 | slot << 3 | function;
}

static unsigned int read_number(const char *text, int base)
{
    char *end;
    unsigned long number = strtoul(text, &end, base);

    if ( end == text || *end )
        errx(1, "a step has '%s' for a number", text);

    return (unsigned int)number;
}

/* --- Config space ------------------------------------------------------ */

static const struct {
    char type;
    uint32_t class_revision;
    uint8_t layout;
    int8_t pcie;
} types[] = {
    { 'r', 0x06040001, 1, 4 },  { 'u', 0x06040002, 1, 5 },
    { 'd', 0x06040003, 1, 6 },  { 'p', 0x06040004, 1, 7 },
    { 'c', 0x06040005, 1, -1 }, { 'e', 0x02000006, 0, 0 },
    { 'o', 0x01080207, 0, 0 },  { 'v', 0x02000000, 0, 0 },
    { 'n', 0x0c000008, 0, -1 }, { 'x', 0x06040009, 1, 8 },
};

static void configure(const char words[4][16])
{
    uint32_t sbdf = read_bdf(words[0]);
    struct world_function function = {
        .sbdf = sbdf,
        .vendor = words[1][0] == 'v' ? 0xffff : 0x1b36,
        .device = words[1][0] == 'v' ? 0xffff : (uint16_t)words[1][0],
        .multifunction = true,
        .primary = (uint8_t)(sbdf >> 8),
    };
    size_t i = 0;

    while ( types[i].type != words[1][0] )
        if ( ++i == ARRAY_SIZE(types) )
            errx(1, "there is no type '%s'", words[1]);
    function.class_revision = types[i].class_revision;
    function.layout = types[i].layout;
    function.pcie = types[i].pcie;
    if ( function.layout )
    {
        function.secondary = (uint8_t)read_number(words[2], 16);
        function.subordinate = (uint8_t)read_number(words[3], 16);
    }
    world_set(&fake_world, &function);
}

static void change(const char words[4][16])
{
    const struct world_function *known =
        world_get(&fake_world, read_bdf(words[1]));
    struct world_function function;

    if ( !known )
        errx(1, "nothing that could change is at %s", words[1]);
    function = *known;
    if ( !strcmp(words[0], "pretend") )
    {
        function.layout = 1;
        function.secondary = (uint8_t)read_number(words[2], 16);
        function.subordinate = (uint8_t)read_number(words[3], 16);
    }
    else
        function.device ^= 0x4000;
    world_set(&fake_world, &function);
}

/* False: the step is of another kind. */
static bool configure_more(char words[4][16])
{
    struct fake_capabilities has = { .msi_log = -1 };
    uint32_t sbdf;

    if ( strchr(words[0], ':') )
    {
        configure(words);
        return true;
    }
    if ( !strchr(words[1], ':') )
        return false;
    sbdf = read_bdf(words[1]);
    if ( !strcmp(words[0], "gone") )
        world_clear(&fake_world, sbdf);
    else if ( !strcmp(words[0], "other") || !strcmp(words[0], "pretend") )
        change(words);
    else if ( !strcmp(words[0], "unrest") )
        world_disturb(&fake_world, sbdf,
                      (enum world_unrest)read_number(words[2], 10),
                      read_number(words[3], 10));
    else if ( !strcmp(words[0], "msi") || !strcmp(words[0], "msix") ||
              !strcmp(words[0], "ats") )
    {
        if ( !strcmp(words[0], "msi") )
            has.msi_log = atoi(words[2]);
        else if ( !strcmp(words[0], "msix") )
            has.msix_entries = (unsigned int)atoi(words[2]);
        else
            has.ats = true;
        fake_set_capabilities(sbdf, has);
    }
    else
        return false;

    return true;
}

/* --- Boot -------------------------------------------------------------- */

static bool run_boot(char words[4][16])
{
    if ( !strcmp(words[0], "boot") )
        fake_boot();
    else if ( !strcmp(words[0], "scratch") )
        fake_scratch_page = true;
    else if ( !strcmp(words[0], "off") )
        fake_command_line("xen-pci", false);
    else if ( !strcmp(words[0], "phantom") )
        fake_set_phantom(read_bdf(words[1]),
                         (uint8_t)read_number(words[2], 10));
    else if ( !strcmp(words[0], "scope") )
        fake_scope((uint8_t)read_bdf(words[1]));
    else if ( !strcmp(words[0], "alias") )
        fake_ivrs_alias((uint16_t)read_bdf(words[1]),
                        (uint16_t)read_bdf(words[2]));
    else if ( !strcmp(words[0], "hide") )
        fake_hide(read_bdf(words[1]));
    else
        return false;

    return true;
}

/* --- Hypercalls -------------------------------------------------------- */

static int add(const char *word, uint32_t sbdf, const char *physfn)
{
    struct pci_dev_info info = { .is_extfn = !strcmp(word, "ext"),
                                 .is_virtfn = !strcmp(word, "vf") };

    if ( info.is_virtfn )
    {
        info.physfn.bus = (uint8_t)(read_bdf(physfn) >> 8);
        info.physfn.devfn = (uint8_t)read_bdf(physfn);
    }

    return pci_add_device(0, (uint8_t)(sbdf >> 8), (uint8_t)sbdf, &info,
                          NUMA_NO_NODE);
}

/* What Xen knows. */
static unsigned int vectors_of(uint32_t sbdf)
{
    const struct pci_dev *pdev =
        pci_get_pdev(NULL, (pci_sbdf_t){ .sbdf = sbdf });

    if ( !pdev )
        return 0;

    return pdev->msix ? pdev->msix->nr_entries : pdev->msi_maxvec;
}

static int call(char words[4][16])
{
    const char *word = words[0];
    uint32_t sbdf;

    if ( !strcmp(word, "destroy") )
        return fake_destroy((domid_t)read_number(words[1], 10));
    sbdf = read_bdf(words[1]);
    if ( !strcmp(word, "add") || !strcmp(word, "ext") || !strcmp(word, "vf") )
        return add(word, sbdf, words[2]);
    if ( !strcmp(word, "remove") )
        return pci_remove_device(0, (uint8_t)(sbdf >> 8), (uint8_t)sbdf);
    if ( !strcmp(word, "assign") )
        return fake_assign((domid_t)read_number(words[2], 10), sbdf);
    if ( !strcmp(word, "deassign") )
        return fake_deassign(sbdf);
    if ( !strcmp(word, "bind") || !strcmp(word, "bindx") )
        return fake_bind(sbdf, (domid_t)read_number(words[2], 10),
                         !strcmp(word, "bindx"))
                   ? 0
                   : -ENODEV;
    if ( !strcmp(word, "vectors") )
        return vectors_of(sbdf) == read_number(words[2], 10) ? 0 : -ENOENT;
    errx(1, "no step is called '%s'", word);
}

bool step_run(const char *step, int *rc)
{
    char words[4][16] = { "", "", "", "" };
    const char *equals = strchr(step, '=');

    *rc = 0;
    if ( sscanf(step, "%15s %15s %15s %15s", words[0], words[1], words[2],
                words[3]) < 1 )
        errx(1, "the step '%s' is too short", step);
    if ( configure_more(words) || run_boot(words) )
        return true;
    world_begin(&fake_world);
    *rc = call(words);
    world_calm(&fake_world);

    if ( equals && !strcmp(equals, "= no") )
        return *rc < 0;
    if ( equals && !strcmp(equals, "= any") )
        return true;

    return *rc == (equals ? atoi(equals + 1) : 0);
}

void steps_read(struct steps *steps, const char *text)
{
    size_t length;

    memset(steps, 0, sizeof(*steps));
    for ( ; *text; text += length + (text[length] == ';') )
    {
        length = strcspn(text, ";");
        if ( length >= STEP_LENGTH || steps->count == STEPS_MOST )
            errx(1, "too much: '%s'", text);
        text += strspn(text, " ");
        length = strcspn(text, ";");
        if ( !length )
            continue;
        memcpy(steps->step[steps->count], text, length);
        if ( !strncmp(text, "boot", 4) )
            steps->boot = steps->count;
        steps->count++;
    }
}
