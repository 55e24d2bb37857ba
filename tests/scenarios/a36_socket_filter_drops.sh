# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Negative: a socket filter drops it. The socket fits, so nothing is refused.
topo
listen srv 0.0.0.0 5001 --filter0
start_unreach
send cli "$V4" 5001 --wait .4
saw_silence
expect_none
