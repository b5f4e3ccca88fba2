// SPDX-License-Identifier: GPL-2.0-only
//
// A hook into Xen's arch/x86/msi.c: dom0's writes to config space are checked
// against the MSI capabilities of the device that Xen knows; identity.c asks
// before whether that is the device which is there.

@ declare @
@@
 #include <xen/pci.h>
+#include "../../drivers/xen-pci/xen/hooks.h"

@ script:python depends on !declare @
@@
import sys
sys.exit("msi.cocci: declare: no #include <xen/pci.h>")

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
