# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A thousand namespaces come and go.
# shellcheck source=tests/flood/lib.sh
. /t/flood/lib.sh
prove_namespaces "${NAMESPACES:-1000}"
