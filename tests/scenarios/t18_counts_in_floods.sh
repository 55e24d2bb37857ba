# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# More refused packets than can be told of, by more kinds than are counted apart, killed in the
# middle of it and started again: nothing is left behind, and the counts are the kernel's own.
# tests/flood has the same with a million.
# shellcheck source=tests/flood/lib.sh
. /t/flood/lib.sh
prove_short 6000
