// SPDX-License-Identifier: GPL-2.0-only
//
// A door into Xen's drivers/passthrough/vtd/iommu.c: context entries are made
// again where the upstream lookup's answer changed.

@ doors @
@@
 domain_context_mapping(...)
 { ... }
+#include "../../xen-pci/xen/doors/vtd.h"

@ script:python depends on !doors @
@@
import sys
sys.exit("vtd.cocci: doors: no domain_context_mapping()")
