/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The compare mask: its registers cover every byte of each place once, bits
 * that hardware changes by itself never count, and docs/compare-mask.md says
 * the same.
 *
 *     compare-mask                 prints the tables as they must stand there
 *     compare-mask compare-mask.md holds that file against them
 */
#include <stdio.h>
#include <stdlib.h>

#include "agree/compare_mask.h"

#define TABLE_MOST 65536

static unsigned int failures;

static void fail(const struct compare_register *reg, const char *what)
{
    printf("FAILED %s %02x %s: %s\n", compare_place_name(reg->place),
           reg->offset, reg->name, what);
    failures++;
}

static void check_register(const struct compare_register *reg,
                           unsigned int expected)
{
    if ( reg->offset != expected )
        fail(reg, "is not right behind the register before it");
    if ( reg->mask && (reg->size > 4 || (reg->offset & 3) + reg->size > 4) )
        fail(reg, "counts and does not lie within a dword");
    if ( reg->mask && strstr(reg->name, "Status") )
        fail(reg, "is a status and counts");
}

static void check_coverage(void)
{
    size_t count, i;
    const struct compare_register *registers = compare_registers(&count);
    unsigned int at[COMPARE_PLACES], first, end;
    enum compare_place place;

    for ( place = 0; place < COMPARE_PLACES; place++ )
        compare_extent(place, &at[place], &end);
    for ( i = 0; i < count; i++ )
    {
        check_register(&registers[i], at[registers[i].place]);
        at[registers[i].place] = registers[i].offset + registers[i].size;
    }
    for ( place = 0; place < COMPARE_PLACES; place++ )
    {
        compare_extent(place, &first, &end);
        if ( at[place] != end )
        {
            printf("FAILED %s: ends at %02x, not at %02x\n",
                   compare_place_name(place), at[place], end);
            failures++;
        }
    }
}

static void print_counts(FILE *out, const struct compare_register *reg)
{
    uint32_t all =
        reg->size < 4 ? ((uint32_t)1 << (8 * reg->size)) - 1 : 0xffffffffU;

    if ( !reg->mask )
        fputs("no", out);
    else if ( (reg->mask & all) == all )
        fputs("yes", out);
    else
        fprintf(out, "`%0*x`", 2 * reg->size, reg->mask & all);
}

static void print_tables(FILE *out)
{
    size_t count, i;
    const struct compare_register *registers = compare_registers(&count);

    for ( i = 0; i < count; i++ )
    {
        const struct compare_register *reg = &registers[i];

        if ( !i || reg->place != reg[-1].place )
            fprintf(out,
                    "\n## The %s\n\n"
                    "| offset | bytes | register | counts | why |\n"
                    "|---|---|---|---|---|\n",
                    compare_place_name(reg->place));
        fprintf(out, "| %02x | %u | %s | ", reg->offset, reg->size, reg->name);
        print_counts(out, reg);
        fprintf(out, " | %s |\n", reg->why);
    }
}

/* The tables stand at the end of the file. */
static void check_document(const char *path)
{
    static char document[TABLE_MOST], tables[TABLE_MOST];
    FILE *in = fopen(path, "re");
    FILE *out = fmemopen(tables, sizeof(tables), "w");
    size_t length;

    if ( !in || !out )
    {
        perror(path);
        exit(EXIT_FAILURE);
    }
    length = fread(document, 1, sizeof(document) - 1, in);
    print_tables(out);
    fclose(in);
    fclose(out);
    if ( length >= strlen(tables) &&
         !strcmp(document + length - strlen(tables), tables) )
        return;
    printf("FAILED %s does not end with what compare-mask prints\n", path);
    failures++;
}

int main(int argc, char **argv)
{
    if ( argc < 2 )
    {
        print_tables(stdout);
        return EXIT_SUCCESS;
    }
    check_coverage();
    check_document(argv[1]);
    printf("compare mask: %u failed\n", failures);
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
