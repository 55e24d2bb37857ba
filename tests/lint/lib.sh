# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What all lints share. A lint calls fail for each thing found, in the form that editors
# jump to (file:line: what, and what to do), and finish at its end.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
export LC_ALL=C.UTF-8
lint_name=$(basename "$0")
lint_failures=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
: > "$tmp/done"

fail() {
	echo "$*" >&2
	lint_failures=$((lint_failures + 1))
}

# finish WHAT-IS-TRUE: the last line, and the exit status.
finish() {
	if [ "$lint_failures" -gt 0 ]; then
		echo "FAIL  lint $lint_name: $lint_failures found" >&2
		exit 1
	fi
	echo "ok    lint $lint_name: $1"
	exit 0
}

# Files under version control, new ones included: nobody should have to commit first to
# learn what is wrong. Patterns as for git ls-files.
tracked() {
	git ls-files --cached --others --exclude-standard -- "$@" | sort -u | while read -r file; do
		if [ -f "$file" ]; then echo "$file"; fi
	done
}

# All shell scripts: by their first line, or by what a sourced one says of itself.
scripts() {
	tracked . | tr '\n' '\0' | xargs -0r awk '
		FNR == 1 && /^#!.*[\/ ](ba|da)?sh( |$)/ || FNR < 4 && /^# shellcheck shell=/ {
			print FILENAME; nextfile
		}
		FNR > 3 { nextfile }'
}
