# SPDX-License-Identifier: GPL-2.0-only
# Style and static checks.

.PHONY: lint hooks
lint:
	.ci/deps lint
	tests/lint/run

# git checks the message of each commit, in this clone.
hooks:
	install -m 755 tests/lint/commit-msg \
		"$$(git rev-parse --git-path hooks)/commit-msg"
