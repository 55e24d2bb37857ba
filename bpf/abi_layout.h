/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* abi_layout.h - where functions and fields lie in this kernel: a part of abi.h. */

/* Functions whose address range the kernel side must know to prove a caller; the
 * index of ur_ranges. Filled from /proc/kallsyms, again when a module comes. */
#define UR_FN_UDP4_RCV          0 /* __udp4_lib_rcv, or udp_rcv where that is inlined */
#define UR_FN_UDP6_RCV          1
#define UR_FN_NF_SEND_UNREACH   2
#define UR_FN_NF_SEND_UNREACH6  3
#define UR_FN_NFT_REJECT_IPV4   4 /* from here on: what a reject rule runs */
#define UR_FN_NFT_REJECT_IPV6   5
#define UR_FN_NFT_REJECT_INET   6
#define UR_FN_NFT_REJECT_BRIDGE 7
#define UR_FN_NFT_REJECT_NETDEV 8
#define UR_FN_REJECT_TG         9
#define UR_FN_REJECT_TG6        10
#define UR_FN_NFT_CHAIN_INET    11 /* from here on: hook functions, priv is a struct nft_chain */
#define UR_FN_NFT_CHAIN_IPV4    12
#define UR_FN_NFT_CHAIN_IPV6    13
#define UR_FN_NFT_CHAIN_BRIDGE  14
#define UR_FN_NFT_CHAIN_NETDEV  15
#define UR_FN_NFT_CHAIN_INGRESS 16 /* family inet, hook ingress */
#define UR_FN_IPT_DO_TABLE      17 /* hook functions whose priv is a struct xt_table */
#define UR_FN_IP6T_DO_TABLE     18
#define UR_FN_MAX               32 /* a power of two */

#define UR_FN_REJECT_FIRST    UR_FN_NFT_REJECT_IPV4
#define UR_FN_REJECT_LAST     UR_FN_REJECT_TG6
#define UR_FN_NFT_CHAIN_FIRST UR_FN_NFT_CHAIN_INET
#define UR_FN_NFT_CHAIN_LAST  UR_FN_NFT_CHAIN_INGRESS

struct ur_range {
	__u64 start; /* 0: not known */
	__u64 end;
	__u64 cold_start; /* the part that the compiler split off (.cold), 0: none */
	__u64 cold_end;
};

/* ur_layout: where fields of module types lie on this kernel, in bytes. Module
 * types can come after our programs are loaded, so CO-RE can't relocate them; user
 * space reads the module's BTF, or falls back to a table for kernels without. */
struct ur_layout {
	__u64 nf_tables_net_id;   /* address of that variable, which says where it is */
	__u32 ready;              /* 1: filled */
	__u32 rule_dp;            /* 1: nft_rule_dp blobs (5.17+), 0: struct nft_rule in place */
	__u32 rule_dp_last_chain; /* offset of chain in nft_rule_dp_last (6.4+), 0: not there */
	__u32 pktinfo_skb;
	__u32 pktinfo_state;
	__u32 expr_ops_size;
	__u32 expr_ops_data;
	__u32 chain_blob0; /* blob_gen_0 or rules_gen_0; generation 1 is 8 further */
	__u32 chain_list;
	__u32 chain_table;
	__u32 chain_handle;
	__u32 chain_name;
	__u32 table_chains;
	__u32 table_handle;
	__u32 table_name;
	__u32 table_family;    /* byte that holds the family's 6 bits, from bit 0 */
	__u32 net_base_seq;    /* struct net: generation of the rules, 0: not there, but in... */
	__u32 net_gen;         /* struct net: gen, 0: of no use */
	__u32 net_id;          /* what that variable holds, 0: read it */
	__u32 pernet_base_seq; /* ...struct nftables_pernet, 0: neither is known */
	__u32 net_gencursor;   /* struct net: nft.gencursor, valid when the generation is known */
	__u32 epoch;           /* how often modules came or went: nf_tables counts anew then */
	__u32 xt_ready;
	__u32 xt_par_target; /* struct xt_action_param */
	__u32 xt_par_targinfo;
	__u32 xt_par_state;
	__u32 xt_table_private;
	__u32 xt_table_name;
	__u32 xt_ext_name; /* struct xt_match, xt_target: name, and revision right behind it */
	__u32 xt_ext_size; /* matchsize or targetsize, and usersize right behind it; 0: unknown */
};
