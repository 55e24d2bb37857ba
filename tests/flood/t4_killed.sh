# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# kill -9 in a flood, and a second start right after.
# shellcheck source=tests/flood/lib.sh
. /t/flood/lib.sh
prove_killed "$((${FLOOD:-1000000} / 5))"
