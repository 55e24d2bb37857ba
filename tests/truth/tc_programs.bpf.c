/* SPDX-License-Identifier: GPL-2.0-only */
/* tc_programs - what a data plane in BPF does with packets: answers by itself, and drops. */
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define ETH_LEN   14
#define HEADERS   28 /* IP without options, and UDP or ICMP's error */
#define ANSWERED  5005
#define IPPROTO_U 17

SEC("license")
char LICENSE[] = "GPL";

struct ip {
	__u8 ihl, tos;
	__be16 len, id, frag;
	__u8 ttl, proto;
	__be16 check;
	__be32 src, dst;
};

struct udp {
	__be16 sport, dport, len, check;
};

struct icmp {
	__u8 type, code;
	__be16 check;
	__be32 unused;
};

struct answer {
	__u8 pad[2]; /* so that the IP header is aligned */
	__u8 to[6], from[6];
	__be16 ethertype;
	struct ip ip;
	struct icmp icmp;
	struct ip quoted;
	struct udp udp;
};

static __always_inline __be16 folded(__s64 sum)
{
	sum = (sum & 0xffff) + (sum >> 16 & 0xffff);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* A datagram to port 5005 goes back as a port unreachable, which no kernel function made. */
SEC("tc")
int truth_answer(struct __sk_buff *skb)
{
	struct answer a = {};
	__u8 mac[12];

	if (bpf_skb_load_bytes(skb, 0, mac, sizeof(mac)) ||
	    bpf_skb_load_bytes(skb, 12, &a.ethertype, 2) || a.ethertype != bpf_htons(0x0800) ||
	    bpf_skb_load_bytes(skb, ETH_LEN, &a.quoted, HEADERS) || a.quoted.ihl != 0x45 ||
	    a.quoted.proto != IPPROTO_U || a.udp.dport != bpf_htons(ANSWERED))
		return 0; /* TC_ACT_OK */
	__builtin_memcpy(a.to, mac + 6, 6);
	__builtin_memcpy(a.from, mac, 6);
	a.ip.ihl = 0x45;
	a.ip.len = bpf_htons(2 * HEADERS);
	a.ip.ttl = 64;
	a.ip.proto = 1;
	a.ip.src = a.quoted.dst;
	a.ip.dst = a.quoted.src;
	a.ip.check = folded(bpf_csum_diff(0, 0, (__be32 *)&a.ip, sizeof(a.ip), 0));
	a.icmp.type = a.icmp.code = 3;
	a.icmp.check = folded(bpf_csum_diff(0, 0, (__be32 *)&a.icmp, 8 + HEADERS, 0));
	if (bpf_skb_change_tail(skb, sizeof(a) - 2, 0) ||
	    bpf_skb_store_bytes(skb, 0, a.to, sizeof(a) - 2, 0))
		return 2; /* TC_ACT_SHOT */
	return bpf_redirect(skb->ifindex, 0);
}

/* ICMP and ICMPv6 do not get out. */
SEC("tc")
int truth_drop(struct __sk_buff *skb)
{
	__be16 ethertype;
	__u8 proto;

	if (bpf_skb_load_bytes(skb, 12, &ethertype, 2))
		return 0;
	if (bpf_skb_load_bytes(skb, ethertype == bpf_htons(0x0800) ? ETH_LEN + 9 : ETH_LEN + 6,
			       &proto, 1))
		return 0;
	return proto == 1 || proto == 58 ? 2 : 0;
}
