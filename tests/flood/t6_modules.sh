# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The modules that reject are unloaded and loaded under load.
# shellcheck source=tests/flood/lib.sh
. /t/flood/lib.sh
prove_modules 6
