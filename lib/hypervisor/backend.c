/* SPDX-License-Identifier: GPL-2.0-only */
#include "backend.h"

void backend_close(struct backend *backend)
{
    if ( backend )
        backend->ops->close(backend);
}
