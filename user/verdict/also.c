/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/verdict/parts.h"

#include <netinet/in.h>
#include <linux/netfilter.h>
#include <string.h>
#include "user/base/addr.h"
#include "user/base/names.h"

static bool by_miss(const struct ur_evidence *ev)
{
	return ur_missed(ev);
}

static bool hook_is(const struct ur_evidence *ev, unsigned int hook)
{
	const char *name = ur_nf_hook_name(ev->ev.rule.pf, ev->ev.rule.hook);

	return name && ev->ev.rule.pf != NFPROTO_NETDEV && ev->ev.rule.pf != NFPROTO_BRIDGE &&
	       ev->ev.rule.hook == hook;
}

/* ---- behind the rule: would the packet have been taken? ---- */

static void udp_behind(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;
	const struct ur_sock *sk = c->nearest == UR_NO_SOCKET ? NULL : &ev->ev.socks[c->nearest];
	char text[UR_ENDPOINT_TEXT], buf[UR_NUMBER_TEXT];

	if (!sk || sk->mismatch != UR_MM_NONE) {
		ur_buf_add(out,
			   "no %s socket behind the rule fits either: without the rule it would "
			   "still be unreachable",
			   ur_proto_title(ev->packet.proto, buf));
		return;
	}
	ur_buf_add(out, "behind the rule ");
	ur_say_socket(out, ev, c->nearest);
	ur_buf_add(out, " has %s %s", ur_proto_title(sk->proto, buf),
		   ur_endpoint_text(ur_ip_version(sk->family), sk->local, sk->port, text));
}

/* True when a listener on @own would take packets for the packet's destination; a wildcard
 * of IPv6 also takes IPv4 unless it is IPV6_V6ONLY, which /proc does not show. */
static bool listener_fits(const struct ur_packet *pkt, const struct ur_listener *own)
{
	uint8_t version = ur_ip_version(own->family);

	if (version == pkt->family)
		return ur_addr_any(version, own->addr) ||
		       ur_addr_equal(version, own->addr, pkt->dst);
	return version == 6 && ur_addr_any(6, own->addr);
}

static const struct ur_listener *fitting_listener(const struct ur_evidence *ev)
{
	for (uint32_t i = 0; i < ev->tcp.n && i < UR_LISTENERS_MAX; i++)
		if (listener_fits(&ev->packet, &ev->tcp.one[i]))
			return &ev->tcp.one[i];
	return NULL;
}

static void tcp_behind(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_listener *fit = fitting_listener(c->ev);
	char text[UR_ENDPOINT_TEXT];

	if (!fit) {
		ur_buf_add(out, "nothing behind the rule listens there on TCP, read just after: "
				"without the rule it would still be refused");
		return;
	}
	ur_buf_add(out, "behind the rule ");
	ur_say_listener(out, fit);
	ur_buf_add(out, " listens on TCP %s, read just after",
		   ur_endpoint_text(ur_ip_version(fit->family), fit->addr, fit->port, text));
}

/* Only the input hook looks at packets whose next step is the socket look-up here. A
 * snapshot that was cut short can't say "none". */
static bool udp_behind_known(const struct ur_case *c)
{
	const struct ur_evidence *ev = c->ev;
	bool fits = c->nearest != UR_NO_SOCKET && ev->ev.socks[c->nearest].mismatch == UR_MM_NONE;

	return (ev->packet.proto == IPPROTO_UDP || ev->packet.proto == IPPROTO_UDPLITE) &&
	       (ev->ev.flags & UR_EV_SOCKS) && (fits || !(ev->ev.flags & UR_EV_SOCKS_PARTIAL));
}

static bool tcp_behind_known(const struct ur_evidence *ev)
{
	bool all = ev->tcp.total <= ev->tcp.n;

	if (ev->packet.proto != IPPROTO_TCP)
		return false;
	return ev->tcp.looked == UR_FOUND_NONE ||
	       (ev->tcp.looked == UR_FOUND && (all || fitting_listener(ev)));
}

/* At forward the packet was on its way to another host, or to another namespace of this one. */
static const char *behind_forward(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_elsewhere *there = &c->ev->elsewhere;
	char text[UR_ENDPOINT_TEXT], proto[UR_NUMBER_TEXT];
	const char *title = ur_proto_title(c->ev->packet.proto, proto);

	if (!there->is_target || there->looked == UR_COULD_NOT)
		return NULL;
	if (there->looked != UR_FOUND) {
		ur_buf_add(out,
			   "in the namespace behind the rule that has %s nothing is on %s port "
			   "%u, read just after: without the rule it would still be refused",
			   ur_addr_text(c->ev->packet.family, c->ev->packet.dst, text), title,
			   c->ev->packet.dport);
		return "note.no-listener-behind";
	}
	ur_buf_add(out, "behind the rule ");
	if (!ur_say_owners(out, &there->owners))
		ur_buf_add(out, "a socket");
	ur_buf_add(out, " has %s %s", title,
		   ur_endpoint_text(ur_ip_version(there->family), there->addr, c->ev->packet.dport,
				    text));
	ur_say_elsewhere(out, there);
	ur_buf_add(out, ", read just after");
	return "note.listener-behind";
}

static const char *behind(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;
	bool fits;

	if (ur_by_rule(ev) && hook_is(ev, NF_INET_FORWARD))
		return behind_forward(c, out);
	if (!ur_by_rule(ev) || !ev->packet.has_ports || !hook_is(ev, NF_INET_LOCAL_IN))
		return NULL;
	if (udp_behind_known(c)) {
		udp_behind(c, out);
		fits = c->nearest != UR_NO_SOCKET &&
		       ev->ev.socks[c->nearest].mismatch == UR_MM_NONE;
	} else if (tcp_behind_known(ev)) {
		tcp_behind(c, out);
		fits = fitting_listener(ev);
	} else {
		return NULL;
	}
	return fits ? "note.listener-behind" : "note.no-listener-behind";
}

/* ---- what came before: NAT, the local sender ---- */

static const char *translated(const struct ur_case *c, struct ur_buf *out)
{
	if (!ur_nat_changed(c->ev) || c->cause == UR_CAUSE_SOCKET_NAT ||
	    c->cause == UR_CAUSE_SOCKET_STALE_NAT)
		return NULL;
	ur_say_nat(c, out);
	return "note.nat";
}

/* The current task proves nothing: at a retransmission it is whoever was interrupted. */
static const char *local_sender(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;

	if (!(ev->ev.flags & (UR_EV_SENDER | UR_EV_CURRENT)))
		return NULL;
	ur_buf_add(out, "sent from this host by ");
	if (ur_say_owners(out, &ev->sender))
		return "note.local-sender";
	if (ev->ev.flags & UR_EV_SENDER)
		ur_buf_add(out,
			   ev->ev.sender.flags & UR_SK_KERNEL ? "a kernel socket" :
								"a socket of uid %u",
			   ev->ev.sender.uid);
	else
		ur_buf_add(out, "a socket that is not known");
	if (ev->ev.flags & UR_EV_CURRENT)
		ur_buf_add(out, ", while \"%s\" (pid %u) was running", ev->ev.cur_comm,
			   ev->ev.cur_tgid);
	return "note.local-sender";
}

/* ---- who else gets the packet ---- */

static bool plain_dhcp(const struct ur_evidence *ev, const struct ur_reader *reader)
{
	static const char *const clients[] = { "dhclient", "dhcpcd", "udhcpc", "NetworkManager" };
	const uint16_t port = ev->packet.dport;
	const struct ur_owners *owners = &reader->owners;

	if (port == 67 || port == 68 || port == 546 || port == 547 || !owners->n)
		return false;
	for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++)
		if (!strcmp(owners->one[0].comm, clients[i]))
			return true;
	return false;
}

/* The first one of @kind, and how many more there are; NULL for none. DHCP clients hold a
 * packet socket all the time, with a filter for their own ports: they would be named with
 * every event. */
static const struct ur_reader *reader_of(const struct ur_evidence *ev, enum ur_reader_kind kind,
					 unsigned int *more)
{
	const struct ur_reader *first = NULL;

	*more = 0;
	for (uint32_t i = 0; ev->readers.looked == UR_FOUND && i < ev->readers.n; i++) {
		const struct ur_reader *one = &ev->readers.one[i];

		if (one->kind != kind || plain_dhcp(ev, one))
			continue;
		if (first)
			++*more;
		else
			first = one;
	}
	return first;
}

static void say_reader(struct ur_buf *out, const struct ur_reader *reader)
{
	if (!ur_say_owners(out, &reader->owners))
		ur_buf_add(out, "a socket of uid %u", reader->uid);
}

/* Where a socket explains it, nobody asks who else saw the packet. */
static bool nobody_on_port(const struct ur_case *c)
{
	return by_miss(c->ev) && c->nearest == UR_NO_SOCKET && c->ev->elsewhere.looked != UR_FOUND;
}

static const char *raw_reader(const struct ur_case *c, struct ur_buf *out)
{
	unsigned int more;
	const struct ur_reader *raw = reader_of(c->ev, UR_READER_RAW, &more);
	char buf[UR_NUMBER_TEXT];

	if (!raw || !nobody_on_port(c))
		return NULL;
	say_reader(out, raw);
	ur_buf_add(out, " reads %s through a raw socket", ur_proto_title(c->ev->packet.proto, buf));
	if (more)
		ur_buf_add(out, " (and %u more)", more);
	ur_buf_add(out, ": it can see the packet, but does not own the port; read just after");
	return "note.raw-reader";
}

static const char *packet_reader(const struct ur_case *c, struct ur_buf *out)
{
	unsigned int more;
	const struct ur_reader *packet = reader_of(c->ev, UR_READER_PACKET, &more);
	const char *dev = c->ev->ev.iifname;

	if (!packet || !nobody_on_port(c))
		return NULL;
	say_reader(out, packet);
	if (packet->ifindex && *dev)
		ur_buf_add(out, " reads packets off %s", dev);
	else
		ur_buf_add(out, " reads packets off %s",
			   packet->ifindex ? "the device" : "every device");
	if (more)
		ur_buf_add(out, " (and %u more)", more);
	ur_buf_add(out, ": it can see this one, but does not own the port; read just after");
	return "note.packet-reader";
}

/* ---- what could not be looked up, where the answer would have counted ---- */

static bool asked_for_listeners(const struct ur_case *c)
{
	return by_miss(c->ev) ? c->nearest == UR_NO_SOCKET : c->ev->packet.proto == IPPROTO_TCP;
}

static const char *no_listeners(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;
	const bool tcp = ev->tcp.looked == UR_COULD_NOT;
	const char *reason = tcp ? ev->tcp.reason : ev->sibling.reason;

	if ((!tcp && ev->sibling.looked != UR_COULD_NOT) || !asked_for_listeners(c))
		return NULL;
	ur_buf_add(out, "could not look for %s%s%s",
		   tcp ? "TCP listeners" : "sockets of other protocols", *reason ? ": " : "",
		   reason);
	return "note.not-looked";
}

static const char *no_elsewhere(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_elsewhere *there = &c->ev->elsewhere;

	if (there->looked != UR_COULD_NOT || !by_miss(c->ev) || c->nearest != UR_NO_SOCKET)
		return NULL;
	ur_buf_add(out, "could not look in other namespaces%s%s", there->reason[0] ? ": " : "",
		   there->reason);
	return "note.not-looked";
}

static const char *sk_lookup(const struct ur_case *c, struct ur_buf *out)
{
	if (!ur_sk_lookup_may(c))
		return NULL;
	ur_buf_add(out,
		   "BPF sk_lookup program %u is asked first here: it can drop the packet, and it "
		   "can hand packets to sockets that don't fit",
		   c->ev->ev.sk_lookup_prog);
	return "note.sk-lookup";
}

static const char *claim_odd(const struct ur_case *c, struct ur_buf *out)
{
	if (!(c->ev->ev.flags & UR_EV_CLAIM_ODD))
		return NULL;
	ur_buf_add(out, "a reject rule was being run for this packet, but the function that asked "
			"for the answer is another one");
	return "note.claim-odd";
}

static const char *reject_missing(const struct ur_case *c, struct ur_buf *out)
{
	if (!(c->ev->missing & UR_MISSING_REJECT) || by_miss(c->ev) || ur_by_rule(c->ev))
		return NULL;
	ur_buf_add(out, "not every reject hook is attached, so a rule may have gone unnoticed");
	return "note.hook-missing";
}

static const char *miss_unseen(const struct ur_case *c, struct ur_buf *out)
{
	const uint32_t unseen = by_miss(c->ev) ? ur_miss_unseen(c->ev) : 0;
	const bool ends = unseen & (UR_MISSING_HISTORY | UR_MISSING_LISTENERS);

	if (!unseen)
		return NULL;
	ur_buf_add(out, "not every hook is attached, so ");
	if (ends)
		ur_buf_add(out, "a socket that was closed may have gone unnoticed");
	if (unseen & UR_MISSING_NAT)
		ur_buf_add(out, "%sit is not known whether the destination was rewritten",
			   ends ? ", and " : "");
	return "note.hook-missing";
}

static const char *(*const finders[])(const struct ur_case *, struct ur_buf *) = {
	ur_find_taken,   ur_find_open_beside, ur_find_closed,  ur_find_manager, ur_find_catch_all,
	ur_find_way,     ur_find_ways,        ur_find_matched, ur_find_varies,  ur_find_accepted,
	behind,          translated,          local_sender,    ur_find_trace,   ur_find_scan,
	ur_find_spoofed, raw_reader,          packet_reader,   no_listeners,    no_elsewhere,
	sk_lookup,       claim_odd,           reject_missing,  miss_unseen,     ur_find_limit,
	ur_find_dropper,
};
#define FINDERS (sizeof(finders) / sizeof(finders[0]))
_Static_assert(FINDERS <= UR_FINDINGS_MAX, "a report holds what all can find");

void ur_find_more(const struct ur_case *c, struct ur_report *report)
{
	const struct ur_limit *limit = &c->ev->limit; /* settings are the same each time */

	for (size_t i = 0; i < FINDERS && report->nfindings < UR_FINDINGS_MAX; i++) {
		struct ur_finding *f = &report->findings[report->nfindings];
		struct ur_buf text = UR_BUF(f->text), slug = UR_BUF(f->slug);
		const char *found = finders[i](c, &text);

		if (!found)
			continue;
		ur_buf_add(&slug, "%s", found);
		f->told = (finders[i] == ur_find_scan && c->ev->pattern.told) ||
			  (finders[i] == ur_find_limit && limit->looked == UR_FOUND);
		report->nfindings++;
	}
}
