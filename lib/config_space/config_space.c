/* SPDX-License-Identifier: GPL-2.0-only */
#include <xen-pci/embedded.h>

void config_space_close(struct config_space *space)
{
    if ( space )
        space->ops->close(space);
}
