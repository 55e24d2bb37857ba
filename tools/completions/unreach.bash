# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Completion for bash. The options are those that unreach --help lists, so no list is kept here.

_unreach() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words=''
	COMPREPLY=()
	if [ "$before" = = ]; then before=${COMP_WORDS[COMP_CWORD - 2]}; fi
	if [ "$word" = = ]; then word=''; fi
	case $before in
	--cause)
		words=$("${COMP_WORDS[0]}" --cause help 2> /dev/null)
		words+=" $(sed -n 's/\..*//p' <<< "$words" | sort -u)"
		;;
	--netns) words="all $(ip netns list 2> /dev/null | cut -d ' ' -f 1)" ;;
	-i | --interface) words="any $(ls /sys/class/net 2> /dev/null)" ;;
	-r | --read | -w | --write | --annotate | --html | --ready-file)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	*)
		case $word in
		-*) words=$("${COMP_WORDS[0]}" --help 2> /dev/null |
			grep -oE '^ +(-[a-zA-Z], )?--[a-z-]+' | grep -oE -- '-[-a-zA-Z]+') ;;
		esac
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _unreach unreach
