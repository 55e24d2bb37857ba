# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# More kinds than there are places to count them apart.
# shellcheck source=tests/flood/lib.sh
. /t/flood/lib.sh
prove_full "$((${FLOOD:-1000000} / 5))"
