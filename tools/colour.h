/* SPDX-License-Identifier: GPL-2.0-only */
/* Colours of standard output, where it is a terminal and NO_COLOR is unset. */
#ifndef XL_PCI_COLOUR_H
#define XL_PCI_COLOUR_H

enum colour {
    COLOUR_PLAIN,
    COLOUR_BAD,    /* wrong, went */
    COLOUR_ODD,    /* changed, moved */
    COLOUR_GOOD,   /* well, came */
    COLOUR_STRONG, /* what a line is about */
};

/* What to print before a text; COLOUR_PLAIN ends it. */
const char *colour(enum colour colour);

#endif /* XL_PCI_COLOUR_H */
