/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/sink/text_rows.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include "user/base/addr.h"
#include "user/base/age.h"
#include "user/base/names.h"
#include "user/verdict/place.h"
#include "user/sink/text_reset.h"
#include "user/base/strbuf.h"

#define INDENT  4
#define LABEL   10 /* columns of a label and the space behind it */
#define ROW_MAX 8192

static struct ur_buf start_row(char row[ROW_MAX], const char *label)
{
	struct ur_buf out = ur_buf_over(row, ROW_MAX);

	ur_buf_add(&out, "%*s" UR_FAINT "%-*s" UR_PLAIN, INDENT, "", LABEL, label);
	return out;
}

static void put_row(const struct ur_lines *lines, const struct ur_buf *row)
{
	ur_lines_put(lines, row->at, INDENT + LABEL);
}

/* Words of ours, and some that others chose. */
static void say(struct ur_buf *out, const char *what, const char *theirs)
{
	ur_buf_add(out, "%s", what);
	ur_buf_add_safe(out, theirs);
}

static void say_owners(struct ur_buf *out, const struct ur_owners *owners)
{
	switch (owners->looked) {
	case UR_FOUND:
		for (uint32_t i = 0; i < owners->n && i < UR_OWNERS_MAX; i++) {
			say(out, i ? ", " : "", owners->one[i].comm);
			if (!owners->one[i].pid)
				continue;
			ur_buf_add(out, " (pid %d", owners->one[i].pid);
			ur_say_place_in_full(out, &owners->one[i].place);
			ur_buf_add(out, ")");
		}
		if (owners->total > owners->n)
			ur_buf_add(out, " and %u more", owners->total - owners->n);
		break;
	case UR_FOUND_NONE:
		ur_buf_add(out, "held by no process");
		break;
	default:
		ur_buf_add(out, "process not known");
	}
}

static void say_sock_endpoint(struct ur_buf *out, uint8_t af, const uint8_t addr[16], uint16_t port)
{
	char text[UR_ENDPOINT_TEXT];

	ur_buf_add(out, "%s", ur_endpoint_text(ur_ip_version(af), addr, port, text));
}

static void say_device(struct ur_buf *out, const char *way, const char *name)
{
	if (!*name)
		return;
	ur_buf_add(out, ", %s ", way);
	ur_buf_add_safe(out, name);
}

static void row_verdict(const struct ur_lines *lines, const struct ur_evidence *ev,
			const struct ur_report *report)
{
	char row[ROW_MAX], when[40] = "";
	struct ur_buf out = start_row(row, "verdict");
	struct tm tm;

	if (gmtime_r(&ev->time.tv_sec, &tm))
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
	ur_buf_add(&out, "%s, %s; event %" PRIu64 " at %s.%09ldZ",
		   ur_cause_info(report->cause)->slug, ur_confidence_name(report->confidence),
		   ev->seq, when, ev->time.tv_nsec);
	put_row(lines, &out);
}

static void row_answer(const struct ur_lines *lines, const struct ur_evidence *ev,
		       const struct ur_report *report)
{
	char row[ROW_MAX], to[UR_ADDR_TEXT];
	struct ur_buf out = start_row(row, "answer");
	const char *by = ur_suppressed_name(report->suppressed_by);

	if (ev->ev.answer == UR_ANSWER_RST)
		ur_buf_add(&out, "TCP reset");
	else
		ur_buf_add(&out, "%s type %u code %u (%s)", ev->ev.family == 6 ? "ICMPv6" : "ICMP",
			   ev->ev.type, ev->ev.code,
			   ur_icmp_name(ev->ev.family, ev->ev.type, ev->ev.code));
	if (ev->packet.family)
		ur_buf_add(&out, " to %s", ur_addr_text(ev->packet.family, ev->packet.src, to));
	ur_buf_add(&out, ", %s%s%s", ur_outcome_name(report->outcome), by ? " by " : "", by ?: "");
	put_row(lines, &out);
}

static void row_packet(const struct ur_lines *lines, const struct ur_evidence *ev,
		       const struct ur_report *report)
{
	char row[ROW_MAX];
	struct ur_buf out = start_row(row, "packet");

	(void)report;
	if (ev->ev.reset.flags & UR_RST_ACTIVE)
		ur_buf_add(&out, "none");
	else
		ur_buf_add(&out, "%u bytes, ttl %u", ev->packet.length, ev->packet.ttl);
	if (ev->ev.iif && ev->ev.iifname[0]) {
		say(&out, ", in on ", ev->ev.iifname);
		say_device(&out, "through", ev->slave);
	} else if (!ev->ev.iif && !(ev->ev.reset.flags & UR_RST_ACTIVE)) {
		ur_buf_add(&out, ", sent from here");
	}
	ur_buf_add(&out, ", netns %u", ev->netns.inum);
	put_row(lines, &out);
}

static void row_reset(const struct ur_lines *lines, const struct ur_evidence *ev,
		      const struct ur_report *report)
{
	char row[ROW_MAX];
	struct ur_buf out = start_row(row, "reset");
	bool told = ur_text_reset(&out, ev);

	(void)report;
	if (told && ur_reset_by_program(ev))
		say_owners(&out, &ev->resetter);
	if (told)
		put_row(lines, &out);
}

static void say_bound(struct ur_buf *out, const struct ur_evidence *ev, int i)
{
	if (!ev->ev.socks[i].bound_ifindex)
		return;
	if (!ev->bound_dev[i][0]) {
		ur_buf_add(out, " dev number %u%s", ev->ev.socks[i].bound_ifindex,
			   ev->bound[i] == UR_FOUND_NONE ? " (gone)" : "");
		return;
	}
	say(out, " dev ", ev->bound_dev[i]);
}

/* Who takes what comes to the socket: a function of the kernel, a process. */
static void say_taker(struct ur_buf *out, const struct ur_evidence *ev, int i)
{
	const struct ur_sock *sk = &ev->ev.socks[i];

	if (sk->flags & UR_SK_BPF)
		ur_buf_add(out, " bpf %llu", (unsigned long long)sk->detail);
	ur_buf_add(out, ", ");
	if (sk->flags & UR_SK_KERNEL)
		ur_buf_add(out, "the kernel's");
	else
		say_owners(out, &ev->socks[i]);
	if (ev->encap[i][0])
		say(out, ", ", ev->encap[i]);
}

static void put_socket(const struct ur_lines *lines, const struct ur_evidence *ev, int i)
{
	const struct ur_sock *sk = &ev->ev.socks[i];
	const char *mismatch = ur_mismatch_name(sk->mismatch);
	char row[ROW_MAX], buf[UR_NUMBER_TEXT];
	struct ur_buf out = start_row(row, "socket");

	ur_buf_add(&out, "%s ", ur_proto_name(sk->proto, buf));
	say_sock_endpoint(&out, sk->family, sk->local, sk->port);
	if (sk->flags & UR_SK_CONNECTED || sk->peer_port) {
		ur_buf_add(&out, " to ");
		say_sock_endpoint(&out, sk->family, sk->peer, sk->peer_port);
	}
	say_bound(&out, ev, i);
	ur_buf_add(&out, "%s%s", sk->flags & UR_SK_V6ONLY ? " v6only" : "",
		   sk->flags & UR_SK_REUSEPORT ? " reuseport" : "");
	say_taker(&out, ev, i);
	ur_buf_add(&out, sk->mismatch == UR_MM_NONE ? ": fits" : ": other %s",
		   mismatch ?: "reason");
	put_row(lines, &out);
}

static void row_sockets(const struct ur_lines *lines, const struct ur_evidence *ev,
			const struct ur_report *report)
{
	char row[ROW_MAX];
	struct ur_buf out = start_row(row, "socket");

	(void)report;
	for (int i = 0; i < ev->ev.nsocks; i++)
		put_socket(lines, ev, i);
	if (ev->ev.flags & UR_EV_SOCKS_PARTIAL)
		ur_buf_add(&out, "there are more than could be looked at");
	else if (!(ev->ev.flags & UR_EV_SOCKS) && ur_missed(ev))
		ur_buf_add(&out, "could not look");
	else if ((ev->ev.flags & UR_EV_SOCKS) && !ev->ev.nsocks)
		ur_buf_add(&out, "none on the port");
	else
		return;
	put_row(lines, &out);
}

static void say_closed_end(struct ur_buf *out, const struct ur_closed *c)
{
	static const char *const ways[] = {
		[UR_END_CLOSE] = "closed",
		[UR_END_EXIT] = "exit",
		[UR_END_DISCONNECT] = "disconnected",
		[UR_END_ABORT] = "destroyed",
	};
	char buf[UR_NUMBER_TEXT];

	if (c->how == UR_END_EXIT && (c->exit_code & 0x7f))
		ur_buf_add(out, "%s%s", ur_signal_name(c->exit_code & 0x7f, buf),
			   ur_closed_by_oom(c) ? " (out of memory)" : "");
	else if (c->how == UR_END_EXIT)
		ur_buf_add(out, "exit status %d", c->exit_code >> 8 & 0xff);
	else
		ur_buf_add(out, "%s", c->how && c->how <= UR_END_ABORT ? ways[c->how] : "closed");
}

static void put_closed(const struct ur_lines *lines, const struct ur_evidence *ev, int i)
{
	const struct ur_closed *c = &ev->ev.closed[i];
	const char *mismatch = ur_mismatch_name(c->sk.mismatch);
	char row[ROW_MAX], buf[UR_NUMBER_TEXT];
	struct ur_buf out = start_row(row, "closed");

	ur_buf_add(&out, "%s ", ur_proto_name(c->sk.proto, buf));
	say_sock_endpoint(&out, c->sk.family, c->sk.local, c->sk.port);
	if (c->sk.peer_port) {
		ur_buf_add(&out, " to ");
		say_sock_endpoint(&out, c->sk.family, c->sk.peer, c->sk.peer_port);
	}
	ur_buf_add(&out, c->flags & UR_CL_BOUND ? ", " : " chosen by the kernel, ");
	ur_say_age(&out, ev->ev.ts_ns > c->ts_ns ? ev->ev.ts_ns - c->ts_ns : 0);
	ur_buf_add(&out, " before: ");
	say_closed_end(&out, c);
	ur_buf_add(&out, c->how == UR_END_EXIT ? " of " : " by ");
	if (ev->closers[i].looked == UR_FOUND)
		say_owners(&out, &ev->closers[i]);
	else
		ur_buf_add(&out, "the kernel");
	ur_buf_add(&out, c->sk.mismatch == UR_MM_NONE ? ": fitted" : ": other %s",
		   mismatch ?: "reason");
	put_row(lines, &out);
}

/* How far back the port's history is known, and what it holds. */
static void row_history(const struct ur_lines *lines, const struct ur_evidence *ev,
			const struct ur_report *report)
{
	char row[ROW_MAX];
	struct ur_buf out = start_row(row, "history");

	(void)report;
	if (!(ev->ev.flags & UR_EV_HISTORY))
		return;
	for (int i = 0; i < ev->ev.nclosed; i++)
		put_closed(lines, ev, i);
	ur_buf_add(&out, "of the port known for ");
	ur_say_age(&out, ev->ev.ts_ns > ev->ev.history_ns ? ev->ev.ts_ns - ev->ev.history_ns : 0);
	ur_buf_add(&out, "%s", ev->ev.flags & UR_EV_CLOSED_MORE ? ", more closed than shown" : "");
	put_row(lines, &out);
}

static void put_listener(const struct ur_lines *lines, const char *label, const char *proto,
			 const struct ur_listener *one)
{
	char row[ROW_MAX];
	struct ur_buf out = start_row(row, label);

	ur_buf_add(&out, "%s ", proto);
	say_sock_endpoint(&out, one->family, one->addr, one->port);
	ur_buf_add(&out, ", ");
	say_owners(&out, &one->owners);
	ur_buf_add(&out, ", read just after");
	put_row(lines, &out);
}

static void row_listeners(const struct ur_lines *lines, const struct ur_evidence *ev,
			  const struct ur_report *report)
{
	const struct ur_listeners *tcp = &ev->tcp;
	char row[ROW_MAX];
	struct ur_buf out = start_row(row, "listener");

	(void)report;
	for (uint32_t i = 0; ev->sibling.looked == UR_FOUND && i < ev->sibling.n; i++)
		put_listener(lines, "socket", ev->packet.proto == IPPROTO_UDP ? "udplite" : "udp",
			     &ev->sibling.one[i]);
	for (uint32_t i = 0; tcp->looked == UR_FOUND && i < tcp->n; i++)
		put_listener(lines, "listener", "tcp", &tcp->one[i]);
	if (tcp->looked == UR_FOUND_NONE)
		ur_buf_add(&out, "none on TCP, read just after");
	else if (tcp->looked == UR_COULD_NOT)
		ur_buf_add(&out, "could not look for TCP listeners");
	else
		return;
	put_row(lines, &out);
}

static void row_readers(const struct ur_lines *lines, const struct ur_evidence *ev,
			const struct ur_report *report)
{
	(void)report;
	for (uint32_t i = 0; ev->readers.looked == UR_FOUND && i < ev->readers.n; i++) {
		const struct ur_reader *one = &ev->readers.one[i];
		char row[ROW_MAX];
		struct ur_buf out = start_row(row, "reader");

		ur_buf_add(&out, one->kind == UR_READER_RAW ? "raw socket" : "packet socket");
		if (one->kind == UR_READER_PACKET && one->ifindex) {
			say(&out, " of ", ev->ev.iifname);
		}
		ur_buf_add(&out, ", ");
		say_owners(&out, &one->owners);
		ur_buf_add(&out, ", read just after");
		put_row(lines, &out);
	}
}

/* A row with one outside string, or none when it is empty. */
static void put_string(const struct ur_lines *lines, const char *label, const char *text)
{
	char row[ROW_MAX];
	struct ur_buf out = start_row(row, label);

	if (!*text)
		return;
	ur_buf_add_safe(&out, text);
	put_row(lines, &out);
}

static void row_rule(const struct ur_lines *lines, const struct ur_evidence *ev,
		     const struct ur_report *report)
{
	const struct ur_rule *r = &ev->ev.rule;
	const char *hook = ur_nf_hook_name(r->pf, r->hook);
	char row[ROW_MAX];
	struct ur_buf out = start_row(row, "rule");

	(void)report;
	if (!ur_by_rule(ev))
		return;
	ur_buf_add(&out, "hook %s", hook ?: "not known");
	say_device(&out, "in", r->iifname);
	say_device(&out, "out", r->oifname);
	if (ev->rule.base_chain[0]) {
		say(&out, ", base chain ", ev->rule.base_chain);
		ur_buf_add(&out, " priority %d", ev->rule.priority);
	}
	put_row(lines, &out);
	if (ev->rule.looked == UR_FOUND)
		put_string(lines, "comment", ev->rule.comment);
	else
		put_string(lines, "no text", ev->rule.reason);
}

/* The rules that led there, one a row. */
static void row_way(const struct ur_lines *lines, const struct ur_evidence *ev,
		    const struct ur_report *report)
{
	char row[ROW_MAX];

	(void)report;
	for (uint32_t i = 0; ev->way.known && i < ev->way.nsteps; i++) {
		const struct ur_step *step = &ev->way.step[i];
		struct ur_buf out = start_row(row, i ? "" : "way");

		ur_buf_add_safe(&out, step->chain);
		if (step->handle)
			ur_buf_add(&out, " handle %" PRIu64, step->handle);
		else
			ur_buf_add(&out, " number %" PRIu32, step->number);
		say(&out, ": ", step->text);
		put_row(lines, &out);
	}
	if (ur_by_rule(ev) && !ev->way.known)
		put_string(lines, "no way", ev->way.reason);
	put_string(lines, "new only", ev->way.established);
}

/* How it is known which route or policy rule it was, or why not. */
static void row_route(const struct ur_lines *lines, const struct ur_evidence *ev,
		      const struct ur_report *report)
{
	const struct ur_refuser r = ur_route_refuser(ev);
	char row[ROW_MAX];
	struct ur_buf out = start_row(row, "route");

	(void)report;
	if (ur_route_entry(ev))
		ur_buf_add(&out, "it is the packet's own");
	else if (r.looked == UR_FOUND || r.looked == UR_FOUND_NONE)
		ur_buf_add(&out, "policy rules and refusing routes read just after, %s",
			   r.unchanged ? "unchanged" : "perhaps changed");
	else if (r.reason[0])
		say(&out, "not known: ", r.reason);
	else
		return;
	put_row(lines, &out);
}

static void row_nat(const struct ur_lines *lines, const struct ur_evidence *ev,
		    const struct ur_report *report)
{
	const struct ur_nat *nat = &ev->ev.nat;
	char row[ROW_MAX], src[UR_ENDPOINT_TEXT], dst[UR_ENDPOINT_TEXT];
	struct ur_buf out = start_row(row, "nat");

	(void)report;
	if (!ur_nat_changed(ev))
		return;
	ur_buf_add(&out, "%s > %s before translation",
		   ur_endpoint_text(ev->ev.family, nat->src, nat->sport, src),
		   ur_endpoint_text(ev->ev.family, nat->dst, nat->dport, dst));
	if (ev->nat_from.netns.inum)
		ur_buf_add(&out, ", netns %u", ev->nat_from.netns.inum);
	if (ev->nat_from.source == UR_NAT_REMEMBERED)
		ur_buf_add(&out, ", by a packet just before");
	put_row(lines, &out);
}

static void row_sender(const struct ur_lines *lines, const struct ur_evidence *ev,
		       const struct ur_report *report)
{
	char row[ROW_MAX];
	struct ur_buf out = start_row(row, "sender");

	(void)report;
	if (!(ev->ev.flags & (UR_EV_SENDER | UR_EV_CURRENT)))
		return;
	say_owners(&out, &ev->sender);
	if (ev->ev.flags & UR_EV_SENDER) {
		ur_buf_add(&out, ", uid %u, socket ", ev->ev.sender.uid);
		say_sock_endpoint(&out, ev->ev.sender.family, ev->ev.sender.local,
				  ev->ev.sender.port);
	}
	put_row(lines, &out);
}

static void row_elsewhere(const struct ur_lines *lines, const struct ur_evidence *ev,
			  const struct ur_report *report)
{
	const struct ur_elsewhere *there = &ev->elsewhere;
	char row[ROW_MAX];
	struct ur_buf out = start_row(row, "elsewhere");

	(void)report;
	if (there->looked != UR_FOUND)
		return;
	ur_buf_add(&out, "netns %u ", there->netns_inum);
	ur_buf_add_safe(&out, there->netns_name);
	ur_buf_add(&out, there->netns_name[0] ? ", " : "without a name, ");
	say_sock_endpoint(&out, there->family, there->addr, ev->packet.dport);
	ur_buf_add(&out, ", ");
	say_owners(&out, &there->owners);
	ur_buf_add(&out, ", read just after");
	put_row(lines, &out);
}

static void row_stack(const struct ur_lines *lines, const struct ur_evidence *ev,
		      const struct ur_report *report)
{
	char address[24];

	(void)report;
	for (int i = 0; i < ev->ev.nstack; i++) {
		snprintf(address, sizeof(address), "0x%llx", (unsigned long long)ev->ev.stack[i]);
		put_string(lines, i ? "" : "stack", ev->stack[i][0] ? ev->stack[i] : address);
	}
}

static void (*const rows[])(const struct ur_lines *, const struct ur_evidence *,
			    const struct ur_report *) = {
	row_verdict, row_answer,    row_packet,  row_reset,   row_rule,
	row_route,   row_way,       row_sockets, row_history, row_listeners,
	row_readers, row_elsewhere, row_nat,     row_sender,  row_stack,
};

void ur_text_rows(const struct ur_lines *lines, const struct ur_evidence *ev,
		  const struct ur_report *report)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		rows[i](lines, ev, report);
}
