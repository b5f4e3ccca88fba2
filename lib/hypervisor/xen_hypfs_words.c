/* SPDX-License-Identifier: GPL-2.0-only */
#include <ctype.h>
#include <stdlib.h>

#include "xen_hypfs_words.h"

void words_init(struct words *words, const char *where, const char *text,
                struct xpci_message *message)
{
    memset(words, 0, sizeof(*words));
    words->where = where;
    words->next = text;
    words->message = message;
}

void words_fail(struct words *words, const char *found, const char *expected)
{
    char shown[41];
    size_t i;

    if ( words->rc )
        return;
    words->rc = -EINVAL;
    /* What was found is anybody's bytes. */
    for ( i = 0; i + 1 < sizeof(shown) && found[i]; i++ )
        shown[i] = isprint((unsigned char)found[i]) ? found[i] : '?';
    shown[i] = '\0';
    snprintf(words->message->text, sizeof(words->message->text),
             "%s:%u: found \"%s\", expected %s", words->where, words->line,
             shown, expected);
}

/* Copy the next line, without its newline, to `words->text`. */
static bool take_line(struct words *words)
{
    const char *end;
    size_t length;

    if ( words->rc || !*words->next )
        return false;
    words->line++;
    end = strchr(words->next, '\n');
    if ( !end )
    {
        words_fail(words, words->next, "a line that ends in a newline");
        return false;
    }
    length = end - words->next;
    if ( length >= sizeof(words->text) )
    {
        words_fail(words, words->next, "a line of less than 1024 characters");
        return false;
    }
    memcpy(words->text, words->next, length);
    words->text[length] = '\0';
    words->next = end + 1;

    return true;
}

/* Cut `text` at the first `at`; what comes after it, or NULL. */
static char *cut(char *text, char at)
{
    char *found = strchr(text, at);

    if ( !found )
        return NULL;
    *found = '\0';

    return found + 1;
}

static bool is_known(const struct words *words, const char *key)
{
    unsigned int i;

    for ( i = 0; i < words->count; i++ )
    {
        if ( !strcmp(words->word[i].key, key) )
            return true;
    }

    return false;
}

bool words_next(struct words *words)
{
    char *word, *rest, *value;

    words->count = 0;
    if ( !take_line(words) )
        return false;
    for ( word = words->text; word; word = rest )
    {
        rest = cut(word, ' ');
        value = cut(word, '=');
        if ( !value || !*word || !*value )
            words_fail(words, word, "key=value");
        else if ( words->count == WORDS_MAX )
            words_fail(words, word, "at most 48 words in a line");
        else if ( is_known(words, word) )
            words_fail(words, word, "each key once");
        if ( words->rc )
            return false;
        words->word[words->count].key = word;
        words->word[words->count++].value = value;
    }

    return true;
}

int words_decimal(const char *text, uint32_t *value)
{
    unsigned long long number = 0;
    const char *at;

    for ( at = text; *at >= '0' && *at <= '9' && number <= UINT32_MAX; at++ )
        number = number * 10 + (*at - '0');
    if ( at == text || *at || number > UINT32_MAX )
        return -EINVAL;
    *value = number;

    return 0;
}

uint32_t words_generation(struct words *words)
{
    static const char keyword[] = "generation ";
    uint32_t generation = 0;

    if ( !take_line(words) )
    {
        words->line = 1;
        words_fail(words, words->next, "a first line \"generation N\"");
        return 0;
    }
    if ( strncmp(words->text, keyword, strlen(keyword)) ||
         words_decimal(words->text + strlen(keyword), &generation) )
        words_fail(words, words->text, "\"generation N\"");

    return generation;
}

const char *words_value(struct words *words, const char *key)
{
    char expected[64];
    unsigned int i;

    for ( i = 0; i < words->count; i++ )
    {
        if ( !strcmp(words->word[i].key, key) )
            return words->word[i].value;
    }
    snprintf(expected, sizeof(expected), "the key %s", key);
    words_fail(words, words->count ? words->word[0].value : "", expected);

    return "-";
}

bool words_is_none(struct words *words, const char *key)
{
    return !strcmp(words_value(words, key), "-");
}

uint32_t words_hex(struct words *words, const char *key, unsigned int digits)
{
    const char *value = words_value(words, key);
    char expected[64];

    if ( !words->rc && (strlen(value) != digits ||
                        strspn(value, "0123456789abcdef") != digits) )
    {
        snprintf(expected, sizeof(expected), "%u lower-case hex digits as %s",
                 digits, key);
        words_fail(words, value, expected);
    }

    return words->rc ? 0 : strtoul(value, NULL, 16);
}

uint32_t words_hex_or_none(struct words *words, const char *key,
                           unsigned int digits)
{
    return words_is_none(words, key) ? 0 : words_hex(words, key, digits);
}

uint32_t words_sbdf(struct words *words, const char *key, uint16_t segment)
{
    const char *value = words_value(words, key);
    char expected[64], whole[XPCI_SBDF_LENGTH];
    uint32_t sbdf = 0;

    if ( words->rc )
        return 0;
    if ( xpci_sbdf_parse(value, &sbdf) || XPCI_SEGMENT(sbdf) != segment ||
         strcmp(value, xpci_sbdf_format(whole, sbdf)) )
    {
        snprintf(expected, sizeof(expected), "an SBDF %04x:BB:DD.F as %s",
                 segment, key);
        words_fail(words, value, expected);
    }

    return words->rc ? 0 : sbdf;
}
