// SPDX-License-Identifier: GPL-2.0-only
//
// A hook into Xen's drivers/passthrough/amd/iommu_acpi.c: for how many BDFs
// AMD's IOMMU has tables.

@ declare @
@@
 #include "iommu.h"
+#include "../../xen-pci/xen/hooks.h"

@ script:python depends on !declare @
@@
import sys
sys.exit("amd.cocci: declare: no #include \"iommu.h\"")

@ entries @
@@
-amd_iommu_get_ivrs_dev_entries
+stock_amd_iommu_get_ivrs_dev_entries
 (void)
 { ... }

@ script:python depends on !entries @
@@
import sys
sys.exit("amd.cocci: entries: no amd_iommu_get_ivrs_dev_entries(void)")
