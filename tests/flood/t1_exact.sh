# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A million unreachables: none is lost from the counts.
# shellcheck source=tests/flood/lib.sh
. /t/flood/lib.sh
prove_exact "${FLOOD:-1000000}"
