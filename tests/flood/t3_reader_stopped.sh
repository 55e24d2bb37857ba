# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The reader is stopped for a minute under load.
# shellcheck source=tests/flood/lib.sh
. /t/flood/lib.sh
prove_stopped "${STOPPED:-60}"
