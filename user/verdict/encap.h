/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* encap.h - what a UDP socket's datagrams go to inside the kernel, told by the function
 * that takes them (udp_sock.encap_rcv). Pure. */

struct ur_encap {
	const char *func;  /* of the kernel */
	const char *name;  /* in JSON: "vxlan" */
	const char *title; /* in sentences: "VXLAN" */
	const char *show;  /* the command that shows its settings */
};

/* The row whose function is that of @symbol, "vxlan_rcv+0x1/0x9c0 [vxlan]"; NULL for a
 * function that is not listed, and for "". */
const struct ur_encap *ur_encap_find(const char *symbol);
