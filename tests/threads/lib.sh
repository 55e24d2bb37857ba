# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# lib.sh - the words for scenarios under the thread sanitizer. They source it on top of theirs.

# shellcheck source=tests/flood/lib.sh
. /t/flood/lib.sh

reports=$SCENARIO_OUT/tsan
export TSAN_OPTIONS=log_path=$reports:exitcode=66:history_size=7:second_deadlock_stack=1

# The sanitizer sees races here, or what follows proves nothing.
sanitizer_looks() {
	! /tsan/race >/dev/null 2>&1 || fail 'a race was not reported: is this a test?'
	grep -q 'data race' "$reports".* || fail "no report of a race: $(cat "$reports".*)"
	rm "$reports".*
}

# no_race STATUS: the tracer has ended with it, and nothing was reported.
no_race() {
	local file
	for file in "$reports".*; do
		[ ! -e "$file" ] || fail "$(grep -c '^WARNING' "$file") reports, such as: $(head -n 60 "$file")"
	done
	[ "$1" = 0 ] || fail "ended with status $1: $(tail -n 5 "$unreach_err")"
}
