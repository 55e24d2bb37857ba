// SPDX-License-Identifier: GPL-2.0-only
/* bpf_lookup - a BPF sk_lookup program in this network namespace, until it is killed. */
#define _GNU_SOURCE
#include "bpf.h"

#include <fcntl.h>

static const char help[] = "usage: bpf_lookup PORT      drop what goes to PORT, pass the rest\n";

int main(int argc, char **argv)
{
	union bpf_attr attr = { .link_create.attach_type = BPF_SK_LOOKUP };
	int link;

	if (argc == 2 && !strcmp(argv[1], "--help")) {
		fputs(help, stdout);
		return 0;
	}
	if (argc != 2)
		bad_usage("want PORT\n%s", help);
	attr.link_create.prog_fd = bpf_lookup(to_number("PORT", argv[1], 0, 65535));
	attr.link_create.target_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	link = bpf_call(BPF_LINK_CREATE, &attr);
	if (link < 0)
		die("BPF_LINK_CREATE");
	put_ready(NULL);
	for (;;)
		pause();
}
