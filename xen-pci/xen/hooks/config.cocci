// SPDX-License-Identifier: GPL-2.0-only
//
// Hooks into Xen's arch/x86/x86_64/pci.c, its access to config space.  While
// Xen takes down what it kept for a device, and another device sits in its
// place (or none), Xen must find nothing there (leaving.c).  So Xen's functions
// are renamed, and config.c defines them anew.

@ declare @
@@
 #include <xen/pci.h>
+#include "../../../drivers/xen-pci/xen/hooks.h"

@ script:python depends on !declare @
@@
import sys
sys.exit("config.cocci: declare: no #include <xen/pci.h>")

@ read8 @
@@
-pci_conf_read8
+stock_pci_conf_read8
 (...)
 { ... }

@ script:python depends on !read8 @
@@
import sys
sys.exit("config.cocci: read8: no pci_conf_read8(...)")

@ read16 @
@@
-pci_conf_read16
+stock_pci_conf_read16
 (...)
 { ... }

@ script:python depends on !read16 @
@@
import sys
sys.exit("config.cocci: read16: no pci_conf_read16(...)")

@ read32 @
@@
-pci_conf_read32
+stock_pci_conf_read32
 (...)
 { ... }

@ script:python depends on !read32 @
@@
import sys
sys.exit("config.cocci: read32: no pci_conf_read32(...)")

@ write8 @
@@
-pci_conf_write8
+stock_pci_conf_write8
 (...)
 { ... }

@ script:python depends on !write8 @
@@
import sys
sys.exit("config.cocci: write8: no pci_conf_write8(...)")

@ write16 @
@@
-pci_conf_write16
+stock_pci_conf_write16
 (...)
 { ... }

@ script:python depends on !write16 @
@@
import sys
sys.exit("config.cocci: write16: no pci_conf_write16(...)")

@ write32 @
@@
-pci_conf_write32
+stock_pci_conf_write32
 (...)
 { ... }

@ script:python depends on !write32 @
@@
import sys
sys.exit("config.cocci: write32: no pci_conf_write32(...)")
