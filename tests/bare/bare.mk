# SPDX-License-Identifier: GPL-2.0-only
# The README's two commands on a bare Debian 12; root or sudo; an hour.
# BARE="--suite trixie parts" is what tests/bare/run is told instead.

BARE ?=

.PHONY: check-bare
check-bare:
	@exec tests/bare/run $(BARE)

check-long: check-bare
