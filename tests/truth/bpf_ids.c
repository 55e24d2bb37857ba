// SPDX-License-Identifier: GPL-2.0-only
/* bpf_ids - which programs, maps and links of BPF the kernel has.
 *
 * bpftool opens each map to list it. That closes an array of programs a second time when its owner
 * has just ended, and the kernel then loses a reference to it if it has not come to the first
 * (prog_array_map_clear(), up to v7.2): the map stays for good, because somebody looked.
 */
#define _GNU_SOURCE
#include "bpf.h"

static const char help[] = "usage: bpf_ids      print the ids of all programs, maps and links\n";

static void list(const char *what, int cmd, const char *end)
{
	union bpf_attr attr = { .start_id = 0 };
	const char *comma = "";

	printf("\"%s\":[", what);
	while (!bpf_call(cmd, &attr)) {
		printf("%s%u", comma, attr.next_id);
		attr.start_id = attr.next_id;
		comma = ",";
	}
	if (errno != ENOENT)
		die("%s", what);
	printf("]%s", end);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--help")) {
		fputs(help, stdout);
		return 0;
	}
	if (argc != 1)
		bad_usage("takes no arguments\n%s", help);
	putchar('{');
	list("prog", BPF_PROG_GET_NEXT_ID, ",");
	list("map", BPF_MAP_GET_NEXT_ID, ",");
	list("link", BPF_LINK_GET_NEXT_ID, "}\n");
	return 0;
}
