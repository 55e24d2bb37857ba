# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Senders on every processor, each with an address of its own: events of one processor stand in
# the order of time, whatever the others do; those of several may change places, but not for long.
# shellcheck source=tests/flood/lib.sh
. /t/flood/lib.sh
prove_order "$((${FLOOD:-1000000} / 50))"
