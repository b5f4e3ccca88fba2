// SPDX-License-Identifier: GPL-2.0-only
//
// Hooks into Xen's arch/x86/x86_64/pci.c, its access to config space.  While
// Xen takes down what it kept for a device, and another device sits in its
// place (or none), Xen must find nothing there: see leaving.c.

@ declare @
@@
 #include <xen/pci.h>
+#include "../../../drivers/xen-pci/core/hypervisor/hooks.h"

@ script:python depends on !declare @
@@
import sys
sys.exit("config.cocci: declare: no #include <xen/pci.h>")

@ read8 @
typedef pci_sbdf_t;
identifier sbdf, reg;
@@
 pci_conf_read8(pci_sbdf_t sbdf, unsigned int reg)
 {
+  if ( xpci_hook_config_hidden(sbdf, reg) )
+      return 0;
   ...
 }

@ script:python depends on !read8 @
@@
import sys
sys.exit("config.cocci: read8: no pci_conf_read8(pci_sbdf_t, unsigned int)")

@ read16 @
identifier sbdf, reg;
@@
 pci_conf_read16(pci_sbdf_t sbdf, unsigned int reg)
 {
+  if ( xpci_hook_config_hidden(sbdf, reg) )
+      return 0;
   ...
 }

@ script:python depends on !read16 @
@@
import sys
sys.exit("config.cocci: read16: no pci_conf_read16(pci_sbdf_t, unsigned int)")

@ read32 @
identifier sbdf, reg;
@@
 pci_conf_read32(pci_sbdf_t sbdf, unsigned int reg)
 {
+  if ( xpci_hook_config_hidden(sbdf, reg) )
+      return 0;
   ...
 }

@ script:python depends on !read32 @
@@
import sys
sys.exit("config.cocci: read32: no pci_conf_read32(pci_sbdf_t, unsigned int)")

@ write8 @
typedef uint8_t;
identifier sbdf, reg, data;
@@
 pci_conf_write8(pci_sbdf_t sbdf, unsigned int reg, uint8_t data)
 {
+  if ( xpci_hook_config_hidden(sbdf, reg) )
+      return;
   ...
 }

@ script:python depends on !write8 @
@@
import sys
sys.exit("config.cocci: write8: no pci_conf_write8(pci_sbdf_t, unsigned int, uint8_t)")

@ write16 @
typedef uint16_t;
identifier sbdf, reg, data;
@@
 pci_conf_write16(pci_sbdf_t sbdf, unsigned int reg, uint16_t data)
 {
+  if ( xpci_hook_config_hidden(sbdf, reg) )
+      return;
   ...
 }

@ script:python depends on !write16 @
@@
import sys
sys.exit("config.cocci: write16: no pci_conf_write16(pci_sbdf_t, unsigned int, uint16_t)")

@ write32 @
typedef uint32_t;
identifier sbdf, reg, data;
@@
 pci_conf_write32(pci_sbdf_t sbdf, unsigned int reg, uint32_t data)
 {
+  if ( xpci_hook_config_hidden(sbdf, reg) )
+      return;
   ...
 }

@ script:python depends on !write32 @
@@
import sys
sys.exit("config.cocci: write32: no pci_conf_write32(pci_sbdf_t, unsigned int, uint32_t)")
