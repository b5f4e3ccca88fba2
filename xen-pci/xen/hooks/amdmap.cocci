// SPDX-License-Identifier: GPL-2.0-only
//
// Hooks into Xen's drivers/passthrough/amd/pci_amd_iommu.c: wherever a device
// table entry is set or cleared, the module records it, or says that it belongs
// to another (amd.c).

@ declare @
@@
 #include "iommu.h"
+#include "../../xen-pci/xen/hooks.h"

@ script:python depends on !declare @
@@
import sys
sys.exit("amdmap.cocci: declare: no #include \"iommu.h\"")

// An entry is set.
@ map @
@@
 amd_iommu_setup_domain_device(...)
 {
 <+...
+if ( (rc = xpci_hook_amd_map(domain, iommu, devfn, pdev)) != 0 )
+    return rc < 0 ? rc : 0;
 rc = allocate_domain_resources(domain);
 ...+>
 }

@ script:python depends on !map @
@@
import sys
sys.exit("amdmap.cocci: map: no allocate_domain_resources(domain) in amd_iommu_setup_domain_device()")

// An entry is cleared.
@ unmap @
@@
 amd_iommu_disable_domain_device(...)
 {
 <+...
 ASSERT(pcidevs_locked());
+if ( xpci_hook_amd_unmap(iommu, devfn, pdev) )
+    return;
 ...+>
 }

@ script:python depends on !unmap @
@@
import sys
sys.exit("amdmap.cocci: unmap: no ASSERT(pcidevs_locked()) in amd_iommu_disable_domain_device()")

// Is there address translation in the device to be stopped?
@ ats @
expression list device, enabled;
@@
 amd_iommu_disable_domain_device(...)
 {
 <+...
-pci_ats_device(device) && pci_ats_enabled(enabled)
+(xpci_hook_is_on() ? xpci_hook_ats_in_use(pdev) : pci_ats_device(device) && pci_ats_enabled(enabled))
 ...+>
 }

@ script:python depends on !ats @
@@
import sys
sys.exit("amdmap.cocci: ats: no pci_ats_device() in amd_iommu_disable_domain_device()")

// What is static there, and needed by the module.
@ doors @
@@
 amd_iommu_clear_root_pgtable(...)
 { ... }
+#include "../../xen-pci/xen/doors/amd.h"

@ script:python depends on !doors @
@@
import sys
sys.exit("amdmap.cocci: doors: no amd_iommu_clear_root_pgtable()")
