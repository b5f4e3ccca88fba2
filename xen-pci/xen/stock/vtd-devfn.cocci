// SPDX-License-Identifier: GPL-2.0-only
//
// drivers/passthrough/vtd/iommu.c: what is put back after a failure is the
// device, not the bridge above it (README.md, 3).

@ unmap @
@@
 domain_context_mapping(...)
 {
 <+...
-domain_context_unmap(domain, devfn, pdev)
+domain_context_unmap(domain, pdev->devfn, pdev)
 ...+>
 }

@ script:python depends on !unmap @
@@
import sys
sys.exit("vtd-devfn.cocci: unmap: no domain_context_unmap() in domain_context_mapping()")

@ again @
@@
 domain_context_mapping(...)
 {
 <+...
-domain_context_mapping(pdev->domain, devfn, pdev)
+domain_context_mapping(pdev->domain, pdev->devfn, pdev)
 ...+>
 }

@ script:python depends on !again @
@@
import sys
sys.exit("vtd-devfn.cocci: again: no domain_context_mapping() in itself")
