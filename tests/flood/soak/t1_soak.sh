# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Ten million refused packets of all kinds: the memory and the descriptors that the tracer holds
# are those of the first tenth, and none is lost from the counts.
# shellcheck source=tests/flood/lib.sh
. /t/flood/lib.sh
prove_soak "${FLOOD:-10000000}"
