// SPDX-License-Identifier: GPL-2.0-only
//
// Hooks into Xen's drivers/passthrough/pci.c.
//
// Xen's own functions are renamed, and the module defines the names anew: it
// answers, and calls the renamed ones for their part of the work (all of it,
// where the module is turned off).  The hooks are declared in hooks.h.

@ declare @
@@
 #include <xsm/xsm.h>
+#include "../xen-pci/xen/hooks.h"

@ script:python depends on !declare @
@@
import sys
sys.exit("pci.cocci: declare: no #include <xsm/xsm.h>")

// dom0 reports a device.
@ report_add @
@@
 int
-pci_add_device
+stock_pci_add_device
 (...)
 { ... }

@ script:python depends on !report_add @
@@
import sys
sys.exit("pci.cocci: report_add: no int pci_add_device(...)")

// dom0 reports that a device is gone.
@ report_remove @
@@
 int
-pci_remove_device
+stock_pci_remove_device
 (...)
 { ... }

@ script:python depends on !report_remove @
@@
import sys
sys.exit("pci.cocci: report_remove: no int pci_remove_device(...)")

// The IOMMU code asks for a device's upstream bridge.
@ upstream @
@@
 int
-find_upstream_bridge
+stock_find_upstream_bridge
 (...)
 { ... }

@ script:python depends on !upstream @
@@
import sys
sys.exit("pci.cocci: upstream: no int find_upstream_bridge(...)")

// Xen looks in its list whether it has a device already.
@ listed @
iterator name list_for_each_entry;
identifier pdev, pseg, bus, devfn;
@@
 alloc_pdev(...)
 {
   <+...
+  if ( xpci_hook_may_be_listed(pseg->nr, bus, devfn) )
   list_for_each_entry ( pdev, &pseg->alldevs_list, alldevs_list )
     if ( pdev->bus == bus && pdev->devfn == devfn )
       return pdev;
   ...+>
 }

@ script:python depends on !listed @
@@
import sys
sys.exit("pci.cocci: listed: no walk of alldevs_list in alloc_pdev()")

// A device was entered in Xen's list: at boot, and after reports.
@ entered @
identifier pdev;
@@
 alloc_pdev(...)
 {
   <+...
   check_pdev(pdev);
+  xpci_hook_entered(pdev);
   ...+>
 }

@ script:python depends on !entered @
@@
import sys
sys.exit("pci.cocci: entered: no check_pdev(pdev) in alloc_pdev()")

// A device is about to be freed.  Its numbers in bus2bridge[] are of no use
// with the module, and are not to be read from whatever sits in its place.
@ freeing @
identifier pdev;
@@
 free_pdev(...)
 {
   <+...
+  xpci_hook_freeing(pdev);
   list_del(&pdev->alldevs_list);
   ...+>
 }

@ script:python depends on !freeing @
@@
import sys
sys.exit("pci.cocci: freeing: no list_del(&pdev->alldevs_list) in free_pdev()")

@ freed_type @
identifier pdev;
@@
 free_pdev(...)
 {
   <+...
-  pdev->type
+  xpci_hook_type_to_free(pdev)
   ...+>
 }

@ script:python depends on !freed_type @
@@
import sys
sys.exit("pci.cocci: freed_type: no pdev->type in free_pdev()")

// What is static there, and needed by the module.
@ doors @
identifier pdev;
@@
 iommu_remove_device(struct pci_dev *pdev)
 { ... }
+#include "../xen-pci/xen/doors/pci.h"

@ script:python depends on !doors @
@@
import sys
sys.exit("pci.cocci: doors: no iommu_remove_device(struct pci_dev *)")
