// SPDX-License-Identifier: GPL-2.0-only
//
// drivers/passthrough/pci.c: a device whose interrupts are bound is not
// removed (README.md, 1).

@ helper @
iterator name list_for_each_entry;
@@
+static int msi_in_use(const struct pci_dev *pdev)
+{
+    const struct msi_desc *entry;
+    int in_use = 0;
+
+    list_for_each_entry ( entry, &pdev->msi_list, list )
+    {
+        unsigned int i;
+        unsigned int nr = 1;
+
+        if ( entry->msi_attrib.type == PCI_CAP_ID_MSI )
+            nr = entry->msi.nvec;
+        for ( i = 0; entry->irq >= 0 && i < nr; i++ )
+        {
+            struct irq_desc *desc = irq_to_desc(entry[i].irq);
+            unsigned long flags;
+
+            spin_lock_irqsave(&desc->lock, flags);
+            in_use |= desc->action != NULL || (desc->status & IRQ_GUEST);
+            spin_unlock_irqrestore(&desc->lock, flags);
+        }
+    }
+
+    return in_use;
+}
+
 int pci_remove_device(...)
 { ... }

@ script:python depends on !helper @
@@
import sys
sys.exit("remove-in-use.cocci: helper: no int pci_remove_device(...)")

@ refuse @
identifier pdev, ret;
@@
 pci_remove_device(...)
 {
 <+...
(
+if ( msi_in_use(pdev) )
+{
+    ret = -EBUSY;
+    break;
+}
 vpci_remove_device(pdev);
 pci_cleanup_msi(pdev);
 ret = iommu_remove_device(pdev);
|
+if ( msi_in_use(pdev) )
+{
+    ret = -EBUSY;
+    break;
+}
 if ( pdev->domain ) { ... }
 pci_cleanup_msi(pdev);
 ret = iommu_remove_device(pdev);
)
 ...+>
 }

@ script:python depends on !refuse @
@@
import sys
sys.exit("remove-in-use.cocci: refuse: no pci_cleanup_msi(pdev) in pci_remove_device()")
