# SPDX-License-Identifier: GPL-2.0-only
# The README's two commands on a bare Debian 12; root or sudo; an hour.

.PHONY: check-bare
check-bare:
	@exec tests/bare/run

check-long: check-bare
