// SPDX-License-Identifier: GPL-2.0-only
//
// drivers/vpci/cap.c: what vPCI set up is taken down, whatever config space
// says now (README.md, 4).

@ record @
expression sbdf, cap;
identifier ext_only;
@@
 vpci_cleanup_capabilities(...)
 {
 <+...
-!ext_only && pci_find_cap_offset(sbdf, cap)
+!ext_only
 ...+>
 }

@ script:python depends on !record @
@@
import sys
sys.exit("vpci-cleanup.cocci: record: no pci_find_cap_offset() in vpci_cleanup_capabilities()")
