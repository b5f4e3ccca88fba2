# SPDX-License-Identifier: GPL-2.0-only
# Style and static checks.

.PHONY: lint
lint:
	.ci/deps lint
	tests/lint/run
