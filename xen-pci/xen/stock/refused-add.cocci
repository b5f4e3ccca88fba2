// SPDX-License-Identifier: GPL-2.0-only
//
// drivers/passthrough/pci.c: a device that the IOMMU or vPCI refused is not
// kept in the list (README.md, 2).

@ forget @
identifier pdev, pseg;
@@
 pci_add_device(...)
 {
 ... when any
 pseg = alloc_pseg(seg);
 <+...
 pdev->domain = NULL;
+free_pdev(pseg, pdev);
 ...+>
 }

@ script:python depends on !forget @
@@
import sys
sys.exit("refused-add.cocci: forget: no pdev->domain = NULL in pci_add_device()")
