// SPDX-License-Identifier: GPL-2.0-only
//
// Hooks into Xen's arch/x86/msi.c: it tells a device and asks it only where the
// device is at its place (interrupts.c).

@ declare @
@@
 #include <xen/pci.h>
+#include "../../drivers/xen-pci/xen/hooks.h"

@ script:python depends on !declare @
@@
import sys
sys.exit("msi.cocci: declare: no #include <xen/pci.h>")

// dom0's writes to config space are checked against the capabilities of the
// device that Xen knows; is that the one which is there?
@ intercept @
@@
-pci_msi_conf_write_intercept
+stock_pci_msi_conf_write_intercept
 (...)
 { ... }

@ script:python depends on !intercept @
@@
import sys
sys.exit("msi.cocci: intercept: no pci_msi_conf_write_intercept(...)")

// Registers of a device that is not at its place: its interrupt is masked for
// Xen, whatever answers there.
@ mask @
identifier entry;
@@
 msi_set_mask_bit(...)
 {
 <+...
 BUG_ON(!entry || !entry->dev);
+if ( xpci_hook_is_silent(entry->dev) )
+{
+    entry->msi_attrib.host_masked = host;
+    entry->msi_attrib.guest_masked = guest;
+    return true;
+}
 ...+>
 }

@ script:python depends on !mask @
@@
import sys
sys.exit("msi.cocci: mask: no BUG_ON(!entry || !entry->dev) in msi_set_mask_bit()")

// Its message has nowhere to go; where interrupts are remapped, the IOMMU has it.
@ message @
identifier entry, msg;
expression list more;
@@
 set_msi_affinity(...)
 {
 <+...
-write_msi_msg(entry, &msg, more);
+if ( !xpci_hook_is_silent(entry->dev) )
+    write_msi_msg(entry, &msg, more);
+else if ( iommu_intremap )
+    iommu_update_ire_from_msi(entry, &msg);
 ...+>
 }

@ script:python depends on !message @
@@
import sys
sys.exit("msi.cocci: message: no write_msi_msg() in set_msi_affinity()")

// It is not set up ...
@ setup_msi @
identifier dev;
expression domain;
@@
 msi_capability_init(struct pci_dev *dev, ...)
 {
 <+...
(
 ASSERT(pcidevs_locked());
+if ( xpci_hook_is_silent(dev) )
+    return -ENODEV;
|
 ASSERT_PDEV_LIST_IS_READ_LOCKED(domain);
+if ( xpci_hook_is_silent(dev) )
+    return -ENODEV;
)
 ...+>
 }

@ script:python depends on !setup_msi @
@@
import sys
sys.exit("msi.cocci: setup_msi: no assertion of a lock in msi_capability_init()")

@ setup_msix @
identifier dev;
expression domain;
@@
 msix_capability_init(struct pci_dev *dev, ...)
 {
 <+...
(
 ASSERT(pcidevs_locked());
+if ( xpci_hook_is_silent(dev) )
+    return -ENODEV;
|
 ASSERT_PDEV_LIST_IS_READ_LOCKED(domain);
+if ( xpci_hook_is_silent(dev) )
+    return -ENODEV;
)
 ...+>
 }

@ script:python depends on !setup_msix @
@@
import sys
sys.exit("msi.cocci: setup_msix: no assertion of a lock in msix_capability_init()")

// ... restored ...
@ restore @
identifier pdev;
@@
 pci_restore_msi_state(struct pci_dev *pdev)
 {
 <+...
 ASSERT(pcidevs_locked());
+if ( xpci_hook_is_silent(pdev) )
+    return -ENODEV;
 ...+>
 }

@ script:python depends on !restore @
@@
import sys
sys.exit("msi.cocci: restore: no ASSERT(pcidevs_locked()) in pci_restore_msi_state()")

// A device is assigned that has hidden its MSI-X capability, or does not answer.
// Older trees have no such function, newer ones know where the capability was.
@ has_reset @
@@
 pci_reset_msix_state(...)
 { ... }

@ reset depends on has_reset @
identifier pos;
@@
 pci_reset_msix_state(...)
 {
 <+...
+if ( !pos && xpci_hook_is_on() )
+    return -ENODEV;
 ASSERT(pos);
 ...+>
 }

@ script:python depends on has_reset && !reset @
@@
import sys
sys.exit("msi.cocci: reset: no ASSERT(pos) in pci_reset_msix_state()")

// ... or turned off.
@ turn_off @
identifier entry;
@@
 pci_disable_msi(struct msi_desc *entry)
 {
+if ( xpci_hook_is_silent(entry->dev) )
+{
+    if ( entry->msi_attrib.type == PCI_CAP_ID_MSIX )
+        _pci_cleanup_msix(entry->dev->msix);
+    return;
+}
 ...
 }

@ script:python depends on !turn_off @
@@
import sys
sys.exit("msi.cocci: turn_off: no pci_disable_msi(struct msi_desc *)")

@ cleanup @
identifier pdev;
@@
 pci_cleanup_msi(struct pci_dev *pdev)
 {
 <+...
-msi_set_enable(pdev, 0);
-msix_set_enable(pdev, 0);
+if ( !xpci_hook_is_silent(pdev) )
+{
+    msi_set_enable(pdev, 0);
+    msix_set_enable(pdev, 0);
+}
 ...+>
 }

@ script:python depends on !cleanup @
@@
import sys
sys.exit("msi.cocci: cleanup: no msi_set_enable(pdev, 0) in pci_cleanup_msi()")
