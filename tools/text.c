/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "text.h"

const char *range_format(char *text, const struct xpci_device_info *info)
{
    if ( !(info->flags & XPCI_BRIDGE) ||
         (!info->secondary && !info->subordinate) )
        snprintf(text, RANGE_LENGTH, "-");
    else if ( info->secondary == info->subordinate )
        snprintf(text, RANGE_LENGTH, "[%02x]", info->secondary);
    else
        snprintf(text, RANGE_LENGTH, "[%02x-%02x]", info->secondary,
                 info->subordinate);
    return text;
}

const char *buses_format(char *text, const struct xpci_device_info *info)
{
    if ( info->secondary == info->subordinate )
        snprintf(text, BUSES_LENGTH, "bus %02x", info->secondary);
    else
        snprintf(text, BUSES_LENGTH, "buses %02x-%02x", info->secondary,
                 info->subordinate);
    return text;
}

void json_sbdf(struct json_writer *json, const char *key, const uint32_t *sbdf)
{
    char text[XPCI_SBDF_LENGTH];

    json_text(json, key, sbdf ? xpci_sbdf_format(text, *sbdf) : NULL);
}
