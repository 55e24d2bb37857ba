/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* evidence.h - all that is known about one refused packet, before any judgement.
 *
 * Filled in two steps: ur_evidence_from_event() takes what the kernel side carried,
 * the enrichers (user/enrich/) add what it can't. The verdict reads it and nothing
 * else, so a recorded evidence replays to the same verdict.
 *
 * Everything is by value and of fixed size: no ownership, safe to copy and to queue.
 * Strings are terminated, cut to fit, and may hold any byte that the outside world
 * put there: the sinks escape them, nobody else.
 */
#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#include "bpf/abi.h"
#include "user/verdict/reset_names.h"
#include "user/way.h"

#define UR_OWNERS_MAX    4 /* processes named per socket */
#define UR_LISTENERS_MAX 8 /* TCP listeners named per event */
#define UR_READERS_MAX   4 /* raw and packet sockets named per event */
#define UR_RULE_TEXT_MAX 1024
#define UR_COMMENT_MAX   257 /* XT_MAX_COMMENT_LEN + 1; nft allows 128 */
#define UR_SYMBOL_MAX    96
#define UR_NAME_MAX      128
#define UR_NAT_RULE_MAX  512
#define UR_REASON_MAX    160 /* why something could not be looked up */
#define UR_UNIT_MAX      128
#define UR_SELECTOR_MAX  192
#define UR_RUNTIME_MAX   16
#define UR_CONTAINER_MAX 65 /* 64 hexadecimal digits, or a name */
#define UR_POD_UID_MAX   37
#define UR_POD_MAX       96

/* How a look-up went. "Looked and found nothing" and "could not look" differ. */
enum ur_looked {
	UR_NOT_ASKED, /* not applicable to this event */
	UR_FOUND,
	UR_FOUND_NONE,
	UR_COULD_NOT, /* see the reason beside it */
	UR_CHANGED,   /* what is there now is not what was there at the event */
};

/* The refused packet, parsed from ur_event.snap. For a TCP reset that answers none, what the peer
 * would send: addresses and ports are the connection's, length is 0. Addresses as text are made by sinks. */
struct ur_packet {
	uint8_t family;       /* 4 or 6, 0 when the snap could not be parsed */
	uint8_t proto;        /* IPPROTO_*, after IPv6 extension headers */
	uint8_t ttl;          /* as it stood at the decision */
	bool has_ports;       /* sport, dport are valid */
	bool fragment;        /* not the first fragment: no transport header */
	uint8_t tcp_flags;    /* valid for TCP with has_ports */
	uint32_t tcp_payload; /* bytes behind the header, likewise */
	uint16_t sport;
	uint16_t dport;
	uint32_t length; /* IP total length */
	uint8_t src[16];
	uint8_t dst[16];
};

/* Where a process runs, by its cgroup; UR_FOUND_NONE: in no unit and no container. What
 * does not apply is "". */
struct ur_place {
	enum ur_looked looked;
	char unit[UR_UNIT_MAX];           /* systemd's: the innermost service or scope */
	char runtime[UR_RUNTIME_MAX];     /* "docker", ...; "" also when it can't be told */
	char container[UR_CONTAINER_MAX]; /* the id that the runtime gave it, or its name */
	char pod_uid[UR_POD_UID_MAX];     /* of Kubernetes */
	char name[UR_CONTAINER_MAX];      /* that people gave the container, "" unknown */
	char pod[UR_POD_MAX];             /* its pod, as namespace/name, "" unknown */
};

struct ur_owner {
	int32_t pid; /* thread group id in the tracer's pid namespace, 0: it has no number here */
	char comm[UR_COMM_MAX];
	struct ur_place place;
};

/* The processes that hold a socket now. */
struct ur_owners {
	enum ur_looked looked;
	uint32_t n;     /* entries in one[] */
	uint32_t total; /* all that hold it, may be more */
	struct ur_owner one[UR_OWNERS_MAX];
};

struct ur_listener {
	uint8_t family; /* AF_INET, AF_INET6 */
	uint8_t addr[16];
	uint16_t port;
	uint64_t inode;
	uint32_t uid;
	bool before; /* it was seen there before the event, too */
	struct ur_owners owners;
};

/* TCP listeners, or unconnected sockets of another protocol, on the packet's port in the
 * packet's namespace, read after the event. */
struct ur_listeners {
	enum ur_looked looked;
	uint32_t n;
	uint32_t total;
	char reason[UR_REASON_MAX]; /* with UR_COULD_NOT */
	struct ur_listener one[UR_LISTENERS_MAX];
};

/* Kinds of sockets that get a copy of a packet without owning its port. */
enum ur_reader_kind { UR_READER_RAW, UR_READER_PACKET };

struct ur_reader {
	enum ur_reader_kind kind;
	uint8_t family;     /* raw: AF_INET, AF_INET6 */
	uint16_t ethertype; /* packet: ETH_P_ALL, ETH_P_IP, ETH_P_IPV6 */
	uint32_t ifindex;   /* packet: 0 for all devices, else that of the packet */
	uint64_t inode;
	uint32_t uid;
	struct ur_owners owners;
};

/* Those in the packet's namespace to which it would go, but for filters of their own, which
 * are not shown; read after the event. */
struct ur_readers {
	enum ur_looked looked;
	uint32_t n;
	uint32_t total;
	char reason[UR_REASON_MAX]; /* with UR_COULD_NOT */
	struct ur_reader one[UR_READERS_MAX];
};

/* A process elsewhere that has the port: the same look-up in other namespaces. */
struct ur_elsewhere {
	enum ur_looked looked;
	bool is_target; /* that namespace has the packet's destination address for its own */
	uint32_t netns_inum;
	char netns_name[UR_NAME_MAX]; /* "" when it has none */
	uint8_t addr[16];
	uint8_t family;
	struct ur_owners owners;
	char reason[UR_REASON_MAX];
};

struct ur_netns {
	enum ur_looked looked; /* UR_FOUND: name is valid; UR_FOUND_NONE: it has none */
	uint32_t inum;
	char name[UR_NAME_MAX]; /* of the file below /run/netns, or "host" for pid 1's */
};

/* Whose conntrack told ur_event.nat. */
enum ur_nat_source {
	UR_NAT_OWN,        /* the packet's namespace, with UR_EV_ENTRY or UR_EV_NAT */
	UR_NAT_ANSWER,     /* another one, that the answer passed; UR_EV_ENTRY is set */
	UR_NAT_ONE_OF,     /* the same, but other flows look alike to this kernel, in other
			    * namespaces or conntrack zones: it may be one of theirs */
	UR_NAT_REMEMBERED, /* either, of an earlier packet to the same place: not this flow's */
};

struct ur_nat_from {
	enum ur_nat_source source;
	struct ur_netns netns; /* where it was translated */
};

/* An open socket that seems to fit, on a port whose former one was closed: bound since. Read
 * after the event, from /proc, which shows neither IPV6_V6ONLY nor devices. */
struct ur_taken {
	enum ur_looked looked;
	uint8_t family; /* AF_INET, AF_INET6 */
	uint8_t addr[16];
	struct ur_owners owners;
};

/* What the NAT rules where the flow was translated, or was not, would do to it now. */
struct ur_nat_now {
	enum ur_looked looked;      /* UR_FOUND: something else than its conntrack entry does */
	bool changed;               /* they did the same when the flow was seen before */
	char rule[UR_NAT_RULE_MAX]; /* the first that does something else; "": none does */
	char reason[UR_REASON_MAX]; /* with UR_COULD_NOT */
};

/* What this packet and those before it from the same source come to (see patterns.h). */
struct ur_pattern {
	uint32_t probes; /* of a traceroute, this one included; 0: it is none of one */
	uint32_t ports;  /* different ones that the source was refused at; 0: too few to say */
	uint16_t lowest; /* of these */
	uint16_t highest;
	uint64_t ns;  /* that it took so far */
	bool by_rule; /* rules refused some of them */
	bool told;    /* an earlier packet's event has said nearly the same */
};

/* Where the route back to the packet's source leads, asked after the event, marks left out. */
struct ur_back {
	enum ur_looked looked;   /* UR_FOUND: not to where the packet came from */
	bool none;               /* with UR_FOUND_NONE: nowhere at all */
	bool own;                /* the source is an address of this very namespace */
	char dev[UR_IFNAME_MAX]; /* with UR_FOUND: device that it leaves by */
	char in[UR_IFNAME_MAX];  /* ...and the one that the packet came in on */
};

#define UR_TC_MAX 4 /* that are named */

/* A filter of tc(8) at a device, or an XDP program. */
struct ur_tc {
	char dev[UR_IFNAME_MAX];
	char kind[16]; /* "bpf", "matchall", ..., "xdp" */
	char name[48]; /* as tc(8) shows it; "": it has none */
	uint32_t prog; /* id of the BPF program, 0: it is none */
	uint32_t pref; /* priority, of tc's */
	bool egress;   /* else ingress */
};

/* The rule that dropped the answer on its way out, found by evaluating the rules again. */
struct ur_dropper {
	enum ur_looked looked; /* UR_FOUND: the only one that could have; UR_FOUND_NONE: see could */
	uint32_t could;        /* rules that could have, chains' policies among them */
	bool policy;     /* it is the policy of rule.chain, rule.handle and .text are not set */
	bool legacy;     /* it is one of legacy iptables: number in place of rule.handle */
	bool legacy_too; /* there are tables of legacy iptables */
	uint32_t number; /* in its chain, from 1 */
	char dev[UR_IFNAME_MAX]; /* not "": it is no rule, but tc or the queue of this device */
	struct ur_tc tc;         /* with dev: the first of the .could filters at egress there */
	struct ur_earlier rule;
	char reason[UR_REASON_MAX]; /* with UR_COULD_NOT */
};

#define UR_SETTINGS_MAX 3
#define UR_SETTING_NAME 40

/* One of sysctl(8)'s. */
struct ur_setting {
	char name[UR_SETTING_NAME]; /* "": not there */
	char value[64];
	bool of_host; /* one for all namespaces */
};

/* Those of the limit that kept the answer back, read after the event. */
struct ur_limit {
	enum ur_looked looked;
	struct ur_setting setting[UR_SETTINGS_MAX];
	char reason[UR_REASON_MAX]; /* with UR_COULD_NOT */
};

/* The route or policy rule that refused the packet, where ur_event.route does not tell. */
struct ur_refuser {
	enum ur_looked looked; /* UR_FOUND_NONE: no route leads on, and nothing else refused it */
	bool unchanged;        /* nothing changed between the event and the reading */
	bool rule;             /* a policy rule; else a route */
	uint8_t type;          /* RTN_UNREACHABLE, RTN_PROHIBIT: also of a rule */
	uint8_t dst_len;       /* of a route */
	uint8_t src_len;
	uint8_t dst[16];
	uint8_t src[16];
	uint32_t table;
	uint32_t metric;
	uint32_t priority; /* of a rule */
	char selector[UR_SELECTOR_MAX];
	char reason[UR_REASON_MAX]; /* with UR_COULD_NOT, UR_CHANGED */
};

/* What user space adds to ur_event.rule. */
struct ur_rule_text {
	enum ur_looked looked;   /* of text, and comment */
	bool generation_same;    /* rule set unchanged between event and reading */
	uint32_t number;         /* legacy: rule number in its chain, 0 unknown */
	uint8_t family;          /* nft: NFPROTO_* of the table, 0 unknown */
	char table[UR_NAME_MAX]; /* full names, when the kernel side cut or lacked them */
	char chain[UR_NAME_MAX * 2];
	char base_chain[UR_NAME_MAX * 2]; /* base chain that the hook entered, "" unknown */
	int32_t priority;                 /* of the base chain, valid with base_chain */
	char text[UR_RULE_TEXT_MAX];      /* as `nft -a list` or `iptables-save` prints it */
	bool iptables_text;               /* text is in iptables' words */
	char comment[UR_COMMENT_MAX];
	char reason[UR_REASON_MAX]; /* with UR_COULD_NOT, UR_CHANGED: what, and why */
};

/* One program of the kernel side that is missing, by bit: what is not seen then. */
#define UR_MISSING_OUTCOME_GLOBAL (1u << 0) /* global rate limit's result */
#define UR_MISSING_OUTCOME_PEER   (1u << 1) /* per-peer rate limit's result */
#define UR_MISSING_OUTCOME_PUSH   (1u << 2) /* result of the push functions */
#define UR_MISSING_SYMBOLS        (1u << 3) /* /proc/kallsyms shows no addresses */
#define UR_MISSING_REJECT         (1u << 4) /* a reject hook that this event needed */
#define UR_MISSING_HISTORY        (1u << 5) /* sockets that end */
#define UR_MISSING_CONNTRACK      (1u << 6) /* conntrack's view of an answer */
#define UR_MISSING_OUTCOME_HAND   (1u << 7) /* whether a bridge or netdev rule's answer was made */
#define UR_MISSING_RESET          (1u << 8) /* TCP's own resets, or what becomes of them */
#define UR_MISSING_LISTENERS      (1u << 9) /* TCP listeners that end */
#define UR_MISSING_TCP            (UR_MISSING_RESET | UR_MISSING_LISTENERS) /* for --tcp-reset */
#define UR_MISSING_OUTCOME_ROUTE  (1u << 10) /* result of ip_error()'s own rate limit */
#define UR_MISSING_ROUTES         (1u << 11) /* changes of routes and policy rules */
#define UR_MISSING_ICMP4          (1u << 12) /* where an ICMP function begins or ends */
#define UR_MISSING_ICMP6          (1u << 13) /* the same for IPv6 */
#define UR_MISSING_RST            (1u << 14) /* whether a rule's TCP reset was built */
#define UR_MISSING_RECEIVED       (1u << 16) /* errors that come, where they were asked for */
#define UR_MISSING_ANSWER         (1u << 17) /* the answers themselves, for a capture file */
/* Of an answer that is not known to have left, no other namespace's conntrack tells. */
#define UR_MISSING_NAT (UR_MISSING_CONNTRACK | UR_MISSING_OUTCOME_PUSH)

/* ur_like.kind: what an event that stands for several has in common with the one that it was
 * explained by. */
enum ur_like_kind {
	UR_LIKE_NONE, /* it stands for itself */
	UR_LIKE_FLOW, /* addresses, device, port and answer: only those are shown */
	UR_LIKE_KIND, /* port and answer; there are several sources, or destinations */
};

struct ur_like {
	enum ur_like_kind kind;
	uint64_t seq;               /* of the last one of the flow that was shown in full */
	uint64_t all;               /* how many they are since the first that was shown */
	uint64_t since_ns;          /* when that was; CLOCK_MONOTONIC, as what follows */
	uint64_t first_ns, last_ns; /* of the ones that this event stands for */
	uint64_t since_real, first_real, last_real; /* the same of CLOCK_REALTIME, in ns */
};

struct ur_evidence {
	struct ur_event ev;   /* as the kernel side wrote it; cut-off fields are 0 */
	uint64_t seq;         /* 1, 2, ... in the order of the ring */
	struct timespec time; /* CLOCK_REALTIME of ev.ts_ns */
	uint32_t missing;     /* UR_MISSING_* */
	struct ur_packet packet;
	struct ur_netns netns;
	struct ur_nat_from nat_from;
	struct ur_nat_now nat_now;
	struct ur_rule_text rule;
	struct ur_way way; /* to that rule */
	struct ur_refuser refuser;
	struct ur_owners socks[UR_SOCKS_MAX];    /* of ev.socks[i] */
	struct ur_owners sender;                 /* of ev.sender, or of the current task */
	struct ur_owners closers[UR_CLOSED_MAX]; /* who ended ev.closed[i]; gone itself, perhaps */
	struct ur_owners resetter;               /* whose call led to the reset, with UR_RST_TASK */
	struct ur_taken taken;
	struct ur_listeners tcp;
	struct ur_listeners sibling; /* of UDP-Lite for UDP, and the other way round */
	struct ur_readers readers;
	struct ur_elsewhere elsewhere;
	struct ur_pattern pattern;
	struct ur_back back;
	struct ur_limit limit;
	struct ur_dropper dropper;
	/* ev.socks[i].local, with UR_MM_ADDRESS; UR_FOUND_NONE: no address of the namespace's */
	enum ur_looked local_here[UR_SOCKS_MAX];
	/* ev.socks[i].bound_ifindex: its name with UR_FOUND; UR_FOUND_NONE: it is gone */
	enum ur_looked bound[UR_SOCKS_MAX];
	char bound_dev[UR_SOCKS_MAX][UR_IFNAME_MAX];
	char encap[UR_SOCKS_MAX][UR_SYMBOL_MAX]; /* kernel function that takes its datagrams */
	char slave[UR_IFNAME_MAX]; /* device that the packet came in on, when iifname is its VRF */
	char stack[UR_STACK_MAX][UR_SYMBOL_MAX]; /* "func+0x1a/0x90 [module]" */
	char reset_reason[UR_RESET_NAME_MAX];    /* ev.reset.reason, "": this kernel tells none */
	uint32_t count;                          /* events that this one stands for, at least 1 */
	struct ur_like like;
};

/* Start *@ev from @len bytes of a ring record: checks version and length, copies, and
 * parses the packet. Returns 0, or -EPROTO for a record of another or broken format,
 * and then leaves *@ev alone. Pure. */
int ur_evidence_from_event(struct ur_evidence *ev, const void *record, size_t len);

/* UR_OUT_* of an event: what the kernel side counted it under, by what it saw. Pure. */
uint32_t ur_event_out(const struct ur_event *ev);

/* True where the out-of-memory killer ended the process that had the socket. The kernel also
 * marks processes that were ending anyhow, which may not wait for memory then. Pure. */
bool ur_closed_by_oom(const struct ur_closed *closed);

/* Parse the network and transport header of @len bytes at @data (Linux: as in
 * ip_hdr()/ipv6_hdr() and skb_transport_header()). Always fills *@pkt; family 0 says
 * that there was no IP header. Returns where the transport header starts, which may be
 * behind the data; 0 with family 0. Pure. */
size_t ur_packet_parse(struct ur_packet *pkt, const uint8_t *data, size_t len);
