# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# rules.sh - the rule sets that tests/bench/guest measures.

# ruleset ENGINE COUNT WHAT: a rule set for the server of COUNT rules. The tenth of the first
# chain does WHAT (reject, accept) with what comes in; the others fit no packet, and those
# after the tenth are in chains of 20.
ruleset() {
	local n c
	case $1 in
	nft)
		echo 'table inet bench {'
		for ((c = 0; c * 20 < $2 - 10; c++)); do
			echo " chain c$c {"
			for ((n = 0; n < 20; n++)); do echo "  udp dport $((c + 1)) udp sport $((n + 1)) drop"; done
			echo ' }'
		done
		echo ' chain input { type filter hook input priority 0;'
		for n in 1 2 3 4 5 6 7 8 9; do echo "  tcp dport $n tcp sport $n drop"; done
		echo "  $3"
		printf ' }\n}\n'
		;;
	iptables*)
		echo '*filter'
		for ((c = 0; c * 20 < $2 - 10; c++)); do echo ":c$c -"; done
		for n in 1 2 3 4 5 6 7 8 9; do echo "-A INPUT -p tcp --dport $n -j DROP"; done
		if [ "$3" = reject ]; then echo '-A INPUT -j REJECT'; else echo '-A INPUT -j ACCEPT'; fi
		for ((c = 0; c * 20 < $2 - 10; c++)); do
			for ((n = 0; n < 20; n++)); do
				echo "-A c$c -p udp --dport $((c + 1)) --sport $((n + 1)) -j DROP"
			done
		done
		echo COMMIT
		;;
	esac
}

load() {
	ruleset "$@" >/tmp/rules
	case $1 in
	nft) in_ns srv nft -f /tmp/rules ;;
	iptables-nft) in_ns srv iptables-nft-restore </tmp/rules ;;
	iptables) in_ns leg iptables-legacy-restore </tmp/rules ;;
	esac
}

unload() {
	case $1 in
	iptables) printf '*filter\n:INPUT ACCEPT\nCOMMIT\n' | in_ns leg iptables-legacy-restore ;;
	*) in_ns srv nft flush ruleset ;;
	esac
}
