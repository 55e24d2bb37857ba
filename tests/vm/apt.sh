# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# apt.sh - Debian packages for guests, without touching this machine's apt.
#
# Sourced by tools/kernels, tools/sysroot and tests/vm/image. Every suite gets an apt world of
# its own below the cache (lists, sources, status), so that one suite that is
# gone does not spoil another, and nothing below /etc/apt or /var/lib/apt moves.
# Signatures are always checked: an unsigned or wrongly signed suite is an error.

# Where everything fetched or built for guests is kept, outside the source tree.
vm_cache=${UNREACH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/unreach}
# Lists older than this many minutes are fetched again before a download.
vm_lists_max_age=720
vm_keyring=/usr/share/keyrings/debian-archive-keyring.gpg
# Debian's name for the architecture that packages are for.
vm_arch=amd64

# vm_arch_of KERNEL: what its alias says.
vm_arch_of() {
	case $1 in
	*-arm64) echo arm64 ;;
	*) echo amd64 ;;
	esac
}

vm_say() { printf '  %-8s %s\n' "$1" "$2" >&2; }

vm_die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# vm_need TOOL PACKAGE: a missing host tool is named together with its package.
vm_need() {
	command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || [ -x "/sbin/$1" ] ||
		vm_die "'$1' is missing on this machine: apt-get install $2"
}

# vm_mirror main|security|archive|archive-security: base URI of an archive.
# The mirror this machine already uses comes first: it may be the only one that
# can be reached from here.
vm_mirror() {
	local want=$1 uri='' rel=''

	case $want in
	archive) echo 'http://archive.debian.org/debian/' && return ;;
	archive-security) echo 'http://archive.debian.org/debian-security/' && return ;;
	esac
	# shellcheck disable=SC2016 # apt fills these in, not the shell
	while IFS='|' read -r uri rel; do
		case $want:$rel in
		security:buster-security | security:bullseye-security | security:bookworm-security | \
			security:trixie-security | security:forky-security) ;;
		main:bullseye | main:bookworm | main:trixie | main:forky | main:sid | main:unstable) ;;
		*) continue ;;
		esac
		echo "$uri" && return
	done < <(apt-get indextargets --format '$(REPO_URI)|$(RELEASE)' 2>/dev/null | sort -u)
	case $want in
	main) echo 'http://deb.debian.org/debian/' ;;
	security) echo 'http://deb.debian.org/debian-security/' ;;
	*) vm_die "vm_mirror: unknown archive '$want'" ;;
	esac
}

# apt_dir ARCHIVE SUITE: the private apt world of one suite of one archive.
apt_dir() {
	case $vm_arch in
	amd64) echo "$vm_cache/apt/$1-$2" ;;
	*) echo "$vm_cache/apt/$1-$2-$vm_arch" ;;
	esac
}

# apt_world ARCHIVE SUITE KEYRING: write the configuration of that world.
apt_world() {
	local dir uri opts
	dir=$(apt_dir "$1" "$2")
	uri=$(vm_mirror "$1")
	opts="signed-by=$3 arch=$vm_arch"
	# Archived suites are past their Valid-Until on purpose.
	case $1 in archive*) opts+=' check-valid-until=no' ;; esac
	mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
	: >"$dir/status"
	echo "deb [$opts] $uri $2 main" >"$dir/sources.list"
	{
		# Proxies, certificates and retries as on this machine; not its hooks.
		apt-config dump | grep -E '^Acquire::' | grep -v -e IndexTargets -e AllowInsecure \
			-e AllowWeak -e AllowDowngrade || true
		cat <<-CONF
			Dir::Etc::main "/dev/null";
			Dir::Etc::parts "/dev/null";
			Dir::Etc::sourcelist "$dir/sources.list";
			Dir::Etc::sourceparts "/dev/null";
			Dir::Etc::preferences "/dev/null";
			Dir::Etc::preferencesparts "/dev/null";
			Dir::State "$dir";
			Dir::State::lists "lists";
			Dir::State::status "$dir/status";
			Dir::Cache "$dir/cache";
			Dir::Cache::pkgcache "pkgcache.bin";
			Dir::Cache::srcpkgcache "srcpkgcache.bin";
			APT::Architecture "$vm_arch";
			APT::Architectures { "$vm_arch"; };
			APT::Sandbox::User "";
			APT::Install-Recommends "false";
			APT::Get::AllowUnauthenticated "false";
			Acquire::AllowInsecureRepositories "false";
			Acquire::AllowWeakRepositories "false";
			Acquire::AllowDowngradeToInsecureRepositories "false";
			Acquire::Languages "none";
			Acquire::Retries "3";
		CONF
	} >"$dir/apt.conf.$$"
	mv "$dir/apt.conf.$$" "$dir/apt.conf"
}

# apt_in ARCHIVE SUITE COMMAND...: run an apt tool in that world.
apt_in() {
	local dir
	dir=$(apt_dir "$1" "$2")
	shift 2
	APT_CONFIG="$dir/apt.conf" LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@"
}

# apt_newer_keyring: path of the newest Debian keyring, taken from a suite that
# the installed one already verifies; fails when there is none.
apt_newer_keyring() {
	local out="$vm_cache/keyring/debian-archive-keyring.gpg" tmp suite
	[ -s "$out" ] && echo "$out" && return
	for suite in trixie bookworm; do
		apt_world main "$suite" "$vm_keyring"
		apt_in main "$suite" apt-get -q update >/dev/null 2>&1 || continue
		tmp=$(mktemp -d "$vm_cache/keyring.XXXXXX")
		if (cd "$tmp" && apt_in main "$suite" apt-get -q download debian-archive-keyring) \
			>/dev/null 2>&1 && dpkg -x "$tmp"/*.deb "$tmp/x"; then
			mkdir -p "${out%/*}"
			mv "$(readlink -f "$tmp/x/usr/share/keyrings/debian-archive-keyring.gpg")" "$out"
		fi
		rm -rf "$tmp"
		[ -s "$out" ] && echo "$out" && return
	done
	return 1
}

# apt_update ARCHIVE SUITE: make that suite's lists present and fresh enough.
# Fails, with apt's own words on standard error, when the suite can't be had.
apt_update() {
	local dir stamp ring log
	dir=$(apt_dir "$1" "$2")
	stamp="$dir/updated"
	log="$dir/update.log"
	[ -r "$vm_keyring" ] || vm_die "$vm_keyring is missing: apt-get install debian-archive-keyring"
	mkdir -p "$dir"
	exec {apt_lock}>"$dir/lock"
	flock "$apt_lock"
	if [ -f "$stamp" ] && [ -n "$(find "$stamp" -mmin "-$vm_lists_max_age")" ]; then
		exec {apt_lock}>&-
		return 0
	fi
	for ring in "$vm_keyring" newer; do
		[ "$ring" != newer ] || ring=$(apt_newer_keyring) || break
		vm_say APT "update $1 $2"
		apt_world "$1" "$2" "$ring"
		# "update" alone succeeds with old lists when a fetch fails.
		if apt_in "$1" "$2" apt-get -q -o APT::Update::Error-Mode=any update \
			>"$log" 2>&1; then
			touch "$stamp"
			exec {apt_lock}>&-
			return 0
		fi
		grep -q -e NO_PUBKEY -e EXPKEYSIG -e KEYEXPIRED "$log" || break
	done
	exec {apt_lock}>&-
	grep -E '^(Err|E|W):' "$log" | sed 's/^/    /' >&2
	return 1
}

# apt_download ARCHIVE SUITE DIR PACKAGE...: verified packages into DIR.
apt_download() {
	local archive=$1 suite=$2 dir=$3
	shift 3
	(cd "$dir" && apt_in "$archive" "$suite" apt-get -q download "$@") >"$dir/download.log" 2>&1 ||
		vm_die "downloading $* from $suite failed: $(tail -n 3 "$dir/download.log")"
}

# deb_unpack DEB DIR: like dpkg -x, but keeps DIR's /bin -> usr/bin and friends.
deb_unpack() {
	dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --keep-directory-symlink --no-same-owner
}
