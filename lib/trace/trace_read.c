/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading a trace file into statements.
 */
#include <stdio.h>

#include "array.h"
#include "input.h"
#include "trace_parse.h"

#define FIRST_LINE "xen-pci-trace 1"
#define LINE_MOST 4096
#define STATEMENTS_MOST (16U * 1024 * 1024)
#define BLANKS " \t\r\n"

void trace_init(struct trace *trace)
{
    memset(trace, 0, sizeof(*trace));
}

void trace_dispose(struct trace *trace)
{
    size_t i;

    for ( i = 0; i < trace->count; i++ )
        free(trace->statements[i].text);
    free(trace->statements);
    trace_init(trace);
}

static char *trim_end(char *text)
{
    size_t length = strlen(text);

    while ( length && strchr(BLANKS, text[length - 1]) )
        text[--length] = '\0';

    return text;
}

static char *trim(char *text)
{
    return trim_end(text + strspn(text, BLANKS));
}

static int append(struct trace *trace, const struct trace_statement *statement,
                  const char *text)
{
    struct trace_statement added = *statement;

    if ( trace->count >= STATEMENTS_MOST )
        return -E2BIG;
    added.text = strdup(text);
    if ( !added.text )
        return -ENOMEM;
    if ( ARRAY_APPEND(trace->statements, trace->count, added) )
        return 0;
    free(added.text);

    return -ENOMEM;
}

/* 0; -E2BIG: too many words. */
static int split(struct trace_words *words, char *text)
{
    char *rest = NULL;
    char *word;

    words->count = 0;
    words->next = 0;
    for ( word = strtok_r(text, BLANKS, &rest); word;
          word = strtok_r(NULL, BLANKS, &rest) )
    {
        if ( words->count == TRACE_WORDS_MOST )
            return -E2BIG;
        words->word[words->count++] = word;
    }

    return 0;
}

static int take_line(struct trace *trace, struct trace_words *words, char *line)
{
    struct trace_statement statement = { .line = words->line };
    char *comment = strchr(line, '#');
    char copy[LINE_MOST];
    char *text;

    if ( comment )
        *comment++ = '\0';
    text = trim(line);
    if ( words->line == 1 )
    {
        if ( !strcmp(text, FIRST_LINE) )
            return 0;
        snprintf(copy, sizeof(copy), "\"%.60s\"", text);
        return trace_bad_line(words, copy, "\"" FIRST_LINE "\"");
    }
    if ( !*text )
        return comment ? append(trace, &statement, trim_end(comment)) : 0;

    snprintf(copy, sizeof(copy), "%s", text);
    if ( split(words, copy) )
        return trace_bad_line(words, "more than 16 words", "a statement");
    if ( trace_parse_statement(words, &statement) )
        return -EINVAL;

    return append(trace, &statement, text);
}

/* A line into `line`: 1, 0 at the end, or an error. */
static int get_line(const struct trace_words *words, FILE *in, char *line)
{
    size_t length = 0;
    int c;

    while ( (c = getc(in)) != EOF && c != '\n' )
    {
        if ( !c )
            return trace_bad_line(words, "a NUL byte", "text");
        if ( length >= LINE_MOST - 1 )
            return trace_bad_line(words, "a line without end",
                                  "at most 4095 characters");
        line[length++] = (char)c;
    }
    line[length] = '\0';
    if ( c == EOF && ferror(in) )
    {
        message_set(words->message, "%.200s:%lu: cannot be read: %s",
                    words->name, words->line, input_error(errno));
        return -EIO;
    }

    return c != EOF || length;
}

static int read_all(struct trace *trace, FILE *in, struct trace_words *words)
{
    char line[LINE_MOST];
    int rc;

    for ( words->line = 1; (rc = get_line(words, in, line)) > 0; words->line++ )
    {
        rc = take_line(trace, words, line);
        if ( rc == -ENOMEM || rc == -E2BIG )
            message_set(words->message, "%.200s:%lu: %s", words->name,
                        words->line, strerror(-rc));
        if ( rc )
            return rc;
    }
    if ( !rc && words->line == 1 )
        rc = trace_bad_line(words, "an empty file", "\"" FIRST_LINE "\"");

    return rc;
}

int trace_read(struct trace *trace, const char *path,
               struct xpci_message *message)
{
    struct trace_words words = { .name = strcmp(path, "-") ? path : "stdin",
                                 .message = message };
    FILE *in;
    int rc = input_open(&in, path);

    if ( rc )
    {
        message_set(message, "%s: cannot be opened: %s", path, strerror(-rc));
        return rc;
    }
    rc = read_all(trace, in, &words);
    input_close(in);

    return rc;
}
