# SPDX-License-Identifier: GPL-2.0-only
# Completion for fish. The options are those that unreach --help lists, so no list is kept here.

complete -c unreach -f
for line in (unreach --help 2> /dev/null | string match -r '^ +(?:-[a-zA-Z], )?--[a-z].*')
	set -l left (string replace -r '(--[a-z-]+(?: [A-Z]+|\[=[A-Z]+\])?) .*' '$1' -- $line)
	set -l name (string match -r -- '--([a-z-]+)' $left)[2]
	set -l letter (string match -r -- '-([a-zA-Z]),' $left)[2]
	set -l text (string replace -- $left '' $line | string trim)
	set -l args -c unreach -l $name -d "$text"
	test -n "$letter"; and set -a args -s $letter
	switch $name
		case cause
			set -a args -x -a '(unreach --cause help)'
		case netns
			set -a args -x -a 'all (ip netns list 2> /dev/null | string replace -r " .*" "")'
		case interface
			set -a args -x -a 'any (command ls /sys/class/net 2> /dev/null)'
		case read write annotate html ready-file
			set -a args -r -F
		case '*'
			string match -qr ' [A-Z]+$' -- $left; and set -a args -x
	end
	complete $args
end
