/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "colour.h"

static int is_wanted(void)
{
    static int wanted = -1;
    const char *no_color, *term;

    if ( wanted >= 0 )
        return wanted;
    no_color = getenv("NO_COLOR");
    term = getenv("TERM");
    wanted = isatty(STDOUT_FILENO) && !(no_color && *no_color) && term &&
             *term && strcmp(term, "dumb");
    return wanted;
}

const char *colour(enum colour colour)
{
    static const char *const codes[] = {
        [COLOUR_PLAIN] = "\033[0m",  [COLOUR_BAD] = "\033[31m",
        [COLOUR_ODD] = "\033[33m",   [COLOUR_GOOD] = "\033[32m",
        [COLOUR_STRONG] = "\033[1m",
    };

    return is_wanted() ? codes[colour] : "";
}
