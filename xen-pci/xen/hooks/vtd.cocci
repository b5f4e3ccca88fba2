// SPDX-License-Identifier: GPL-2.0-only
//
// Hooks into Xen's drivers/passthrough/vtd/iommu.c: wherever a context entry
// is set or cleared, the module records it, or says that it belongs to another
// (vtd.c).

@ declare @
@@
 #include "vtd.h"
+#include "../../xen-pci/xen/hooks.h"

@ script:python depends on !declare @
@@
import sys
sys.exit("vtd.cocci: declare: no #include \"vtd.h\"")

// An entry is set.
@ map @
@@
 domain_context_mapping_one(...)
 {
 <+...
+if ( (ret = xpci_hook_map(domain, iommu, bus, devfn, pdev)) != 0 )
+    return ret < 0 ? ret : 0;
 ASSERT(pcidevs_locked());
 ...+>
 }

@ script:python depends on !map @
@@
import sys
sys.exit("vtd.cocci: map: no ASSERT(pcidevs_locked()) in domain_context_mapping_one()")

// An entry is cleared.
@ unmap @
@@
 domain_context_unmap_one(...)
 {
 <+...
 ASSERT(pcidevs_locked());
+if ( xpci_hook_unmap(iommu, bus, devfn) )
+    return 0;
 ...+>
 }

@ script:python depends on !unmap @
@@
import sys
sys.exit("vtd.cocci: unmap: no ASSERT(pcidevs_locked()) in domain_context_unmap_one()")

// The IDs of a bridge are mapped for what is behind it.
@ map_aliases @
expression seg, bus, devfn, secbus;
@@
 domain_context_mapping(...)
 {
 <+...
-find_upstream_bridge(seg, bus, devfn, secbus)
+xpci_hook_map_aliases(domain, pdev, bus, devfn, secbus)
 ...+>
 }

@ script:python depends on !map_aliases @
@@
import sys
sys.exit("vtd.cocci: map_aliases: no find_upstream_bridge() in domain_context_mapping()")

@ unmap_aliases @
expression seg, bus, devfn, secbus;
@@
 domain_context_unmap(...)
 {
 <+...
-find_upstream_bridge(seg, bus, devfn, secbus)
+xpci_hook_unmap_aliases(pdev, bus, devfn, secbus)
 ...+>
 }

@ script:python depends on !unmap_aliases @
@@
import sys
sys.exit("vtd.cocci: unmap_aliases: no find_upstream_bridge() in domain_context_unmap()")

// Is there address translation in the device to be stopped?
@ ats @
@@
 domain_context_unmap(...)
 {
 <+...
-ats_device(pdev, drhd) > 0
+(xpci_hook_is_on() ? xpci_hook_ats_in_use(pdev) : ats_device(pdev, drhd) > 0)
 ...+>
 }

@ script:python depends on !ats @
@@
import sys
sys.exit("vtd.cocci: ats: no ats_device(pdev, drhd) > 0 in domain_context_unmap()")

// What is static there, and needed by the module.
@ doors @
@@
 iommu_clear_root_pgtable(...)
 { ... }
+#include "../../xen-pci/xen/doors/vtd.h"

@ script:python depends on !doors @
@@
import sys
sys.exit("vtd.cocci: doors: no iommu_clear_root_pgtable()")
