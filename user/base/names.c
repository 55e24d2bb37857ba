/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/base/names.h"

#include <ctype.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <linux/netfilter.h>
#include "bpf/abi.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* How the protocols of the IANA registry are called here. */
static const struct {
	uint8_t proto;
	const char *name, *title;
} protos[] = {
	{ IPPROTO_ICMP, "icmp", "ICMP" },       { IPPROTO_IGMP, "igmp", "IGMP" },
	{ IPPROTO_IPIP, "ipip", "IPIP" },       { IPPROTO_TCP, "tcp", "TCP" },
	{ IPPROTO_UDP, "udp", "UDP" },          { IPPROTO_DCCP, "dccp", "DCCP" },
	{ IPPROTO_IPV6, "ipv6", "IPv6-in-IP" }, { IPPROTO_GRE, "gre", "GRE" },
	{ IPPROTO_ESP, "esp", "ESP" },          { IPPROTO_AH, "ah", "AH" },
	{ IPPROTO_COMP, "ipcomp", "IPComp" },   { IPPROTO_ICMPV6, "icmpv6", "ICMPv6" },
	{ IPPROTO_SCTP, "sctp", "SCTP" },       { IPPROTO_UDPLITE, "udplite", "UDP-Lite" },
	{ IPPROTO_MPLS, "mpls", "MPLS-in-IP" },
};

/* RFC 792, RFC 1812; include/uapi/linux/icmp.h */
static const char *const icmp4[] = {
	"net-unreachable",      "host-unreachable", "protocol-unreachable",
	"port-unreachable",     "frag-needed",      "source-route-failed",
	"net-unknown",          "host-unknown",     "host-isolated",
	"net-prohibited",       "host-prohibited",  "net-tos-unreachable",
	"host-tos-unreachable", "admin-prohibited", "host-precedence-violation",
	"precedence-cutoff",
};

/* RFC 4443, section 3.1; include/uapi/linux/icmpv6.h */
static const char *const icmp6[] = {
	"no-route",         "admin-prohibited", "beyond-scope", "address-unreachable",
	"port-unreachable", "policy-fail",      "reject-route",
};

/* NF_INET_*; NF_BR_* count the same way. */
static const char *const inet_hooks[] = {
	"prerouting", "input", "forward", "output", "postrouting", "ingress",
};

static const char *const netdev_hooks[] = { "ingress", "egress" };

static const char *const mismatches[] = {
	[UR_MM_NONE] = "none", [UR_MM_ADDRESS] = "address", [UR_MM_FAMILY] = "family",
	[UR_MM_PEER] = "peer", [UR_MM_DEVICE] = "device",   [UR_MM_PROTOCOL] = "protocol",
};

#define SIGNAL(name) [name] = #name
static const char *const signals[] = {
	SIGNAL(SIGHUP),    SIGNAL(SIGINT),  SIGNAL(SIGQUIT),  SIGNAL(SIGILL),  SIGNAL(SIGTRAP),
	SIGNAL(SIGABRT),   SIGNAL(SIGBUS),  SIGNAL(SIGFPE),   SIGNAL(SIGKILL), SIGNAL(SIGUSR1),
	SIGNAL(SIGSEGV),   SIGNAL(SIGUSR2), SIGNAL(SIGPIPE),  SIGNAL(SIGALRM), SIGNAL(SIGTERM),
	SIGNAL(SIGSTKFLT), SIGNAL(SIGCHLD), SIGNAL(SIGCONT),  SIGNAL(SIGSTOP), SIGNAL(SIGTSTP),
	SIGNAL(SIGTTIN),   SIGNAL(SIGTTOU), SIGNAL(SIGURG),   SIGNAL(SIGXCPU), SIGNAL(SIGXFSZ),
	SIGNAL(SIGVTALRM), SIGNAL(SIGPROF), SIGNAL(SIGWINCH), SIGNAL(SIGIO),   SIGNAL(SIGPWR),
	SIGNAL(SIGSYS),
};

static const char *number(uint8_t n, char buf[UR_NUMBER_TEXT])
{
	snprintf(buf, UR_NUMBER_TEXT, "%u", n);
	return buf;
}

const char *ur_proto_name(uint8_t proto, char buf[UR_NUMBER_TEXT])
{
	for (size_t i = 0; i < ROWS(protos); i++)
		if (protos[i].proto == proto)
			return protos[i].name;
	return number(proto, buf);
}

const char *ur_proto_title(uint8_t proto, char buf[UR_NUMBER_TEXT])
{
	for (size_t i = 0; i < ROWS(protos); i++)
		if (protos[i].proto == proto)
			return protos[i].title;
	return number(proto, buf);
}

const char *ur_icmp_name(uint8_t version, uint8_t type, uint8_t code)
{
	if (version == 4 && type == 3)
		return code < ROWS(icmp4) ? icmp4[code] : "unreachable";
	if (version == 6 && type == 1)
		return code < ROWS(icmp6) ? icmp6[code] : "unreachable";
	return "error";
}

const char *ur_nf_family_name(uint8_t pf)
{
	switch (pf) {
	case NFPROTO_INET:
		return "inet";
	case NFPROTO_IPV4:
		return "ip";
	case NFPROTO_ARP:
		return "arp";
	case NFPROTO_NETDEV:
		return "netdev";
	case NFPROTO_BRIDGE:
		return "bridge";
	case NFPROTO_IPV6:
		return "ip6";
	default:
		return NULL;
	}
}

const char *ur_nf_hook_name(uint8_t pf, uint8_t hook)
{
	if (pf == NFPROTO_NETDEV)
		return hook < ROWS(netdev_hooks) ? netdev_hooks[hook] : NULL;
	if (!ur_nf_family_name(pf) || pf == NFPROTO_ARP)
		return NULL;
	if (pf == NFPROTO_BRIDGE && hook > NF_INET_POST_ROUTING)
		return NULL; /* NF_BR_BROUTING, which nft has no name for */
	return hook < ROWS(inet_hooks) ? inet_hooks[hook] : NULL;
}

const char *ur_signal_name(int number, char buf[UR_NUMBER_TEXT])
{
	if (number > 0 && (size_t)number < ROWS(signals) && signals[number])
		return signals[number];
	snprintf(buf, UR_NUMBER_TEXT, "signal %d", number);
	return buf;
}

static const char *const tcp_flags[] = { "fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr" };

const char *ur_tcp_flag_name(unsigned int bit)
{
	return bit < ROWS(tcp_flags) ? tcp_flags[bit] : NULL;
}

const char *ur_tcp_flags_text(uint8_t flags, char buf[UR_TCP_FLAGS_TEXT])
{
	char *at = buf;

	for (size_t i = 0; i < ROWS(tcp_flags); i++) {
		if (!(flags >> i & 1))
			continue;
		if (at != buf)
			at = stpcpy(at, ", ");
		for (const char *p = tcp_flags[i]; *p; p++)
			*at++ = (char)toupper((unsigned char)*p);
		*at = '\0';
	}
	return at == buf ? "no flags" : buf;
}

/* include/net/tcp_states.h */
static const char *const tcp_states[] = {
	NULL,     "ESTAB",      "SYN-SENT", "SYN-RECV", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT",
	"UNCONN", "CLOSE-WAIT", "LAST-ACK", "LISTEN",   "CLOSING",    "SYN-RECV",
};

const char *ur_tcp_state_name(uint8_t state)
{
	return state < ROWS(tcp_states) ? tcp_states[state] : NULL;
}

const char *ur_mismatch_name(uint8_t mismatch)
{
	return mismatch < ROWS(mismatches) ? mismatches[mismatch] : NULL;
}
