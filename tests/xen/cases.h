/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happens to a machine, and what is mapped in the end.
 */
#ifndef TESTS_XEN_CASES_H
#define TESTS_XEN_CASES_H

#include "control.h"

struct glue_case {
    const char *name;
    const char *steps; /* script.h */
    const char *vtd;   /* what is mapped with VT-d; NULL: not looked at */
    const char *amd;   /* with AMD's IOMMU */
    const char *said;  /* in the last step, among the rest; NULL: anything */
};

extern const struct glue_case glue_cases[];
extern const size_t glue_case_count;

#endif /* TESTS_XEN_CASES_H */
