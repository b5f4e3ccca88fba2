// SPDX-License-Identifier: GPL-2.0-only
//
// Hooks into Xen's drivers/passthrough/vtd/dmar.c: the device scopes of the
// ACPI tables, which Xen turns into bus numbers once, at boot.

@ declare @
@@
 #include "vtd.h"
+#include "../../xen-pci/xen/hooks.h"

@ script:python depends on !declare @
@@
import sys
sys.exit("dmar.cocci: declare: no #include \"vtd.h\"")

// The unit of a device stays the same as long as Xen has the device.
@ unit @
identifier pdev;
@@
 acpi_find_matched_drhd_unit(const struct pci_dev *pdev)
 {
 <+...
 if ( pdev == NULL )
     return NULL;
+if ( xpci_hook_unit(pdev) )
+    return xpci_hook_unit(pdev);
 ...+>
 }

@ script:python depends on !unit @
@@
import sys
sys.exit("dmar.cocci: unit: no check of pdev in acpi_find_matched_drhd_unit()")

// Xen keeps a number for an entry of a scope: keep the path that it came from.
@ stored @
identifier start, end, scope, type, seg, index;
expression value;
@@
 acpi_parse_dev_scope(const void *start, const void *end,
                      struct dmar_scope *scope, int type, u16 seg)
 {
   <+...
+  xpci_hook_scope_stored(scope, index, start, end, seg);
   scope->devices[index++] = value;
   ...+>
 }

@ script:python depends on !stored @
@@
import sys
sys.exit("dmar.cocci: stored: no scope->devices[...++] = ... in acpi_parse_dev_scope()")

// A scope is about to be freed.
@ freed @
identifier scope;
@@
 scope_devices_free(struct dmar_scope *scope)
 {
   <+...
   scope->devices_cnt = 0;
+  xpci_hook_scope_freed(scope);
   ...+>
 }

@ script:python depends on !freed @
@@
import sys
sys.exit("dmar.cocci: freed: no scope->devices_cnt = 0 in scope_devices_free()")
