/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/sink.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <string.h>
#include "user/base/addr.h"
#include "user/base/age.h"
#include "user/base/escape.h"
#include "user/base/names.h"
#include "user/base/services.h"
#include "user/sink/lines.h"
#include "user/sink/text_rows.h"
#include "user/sink/times.h"
#include "user/base/strbuf.h"

#define NS_PER_S       UINT64_C(1000000000)
#define HANG           4 /* columns that everything below an event's first line is indented by */
#define LINE_MAX_HERE  16384 /* a line of text, escaped */
#define EPHEMERAL_PORT 32768 /* from here on a port's name is an accident */

struct text {
	struct ur_sink sink;
	struct ur_lines lines;
	struct ur_text_opts opts;
	struct ur_times times;
	struct ur_services *services; /* NULL: numbers only */
};

/* How each outcome reads after "sent" or before "suppressed". */
static const char *const suppressions[] = {
	[UR_SUPP_NONE] = "reason not seen",
	[UR_SUPP_RATE_GLOBAL] = "rate limit of this host",
	[UR_SUPP_RATE_PEER] = "rate limit for this peer",
	[UR_SUPP_NO_ROUTE] = "no route for the answer",
	[UR_SUPP_OUTPUT_RULE] = "dropped on its way out by a firewall rule",
	[UR_SUPP_FRAGMENT] = "not the first fragment",
	[UR_SUPP_CHECKSUM] = "bad checksum",
	[UR_SUPP_BROADCAST] = "not sent to this host alone",
	[UR_SUPP_ICMP_ERROR] = "would answer an ICMP error",
	[UR_SUPP_OTHER] = "reason not seen",
};
_Static_assert(sizeof(suppressions) / sizeof(suppressions[0]) == UR_SUPP_MAX_,
	       "word every way to suppress");

/* ---- the first line ---- */

static void say_netns(struct ur_buf *out, const struct ur_netns *netns)
{
	if (netns->looked == UR_FOUND && strcmp(netns->name, "host") == 0)
		return;
	if (netns->looked == UR_FOUND)
		ur_buf_add_safe(out, netns->name);
	else
		ur_buf_add(out, "netns:%u", netns->inum);
	ur_buf_add(out, " ");
}

static void say_endpoint(const struct text *t, struct ur_buf *out, const struct ur_packet *pkt,
			 const uint8_t addr[16], uint16_t port)
{
	char text[UR_ENDPOINT_TEXT];
	const char *name = ur_services_name(t->services, pkt->proto, port);

	if (!pkt->has_ports) {
		ur_buf_add(out, "%s", ur_addr_text(pkt->family, addr, text));
		return;
	}
	ur_buf_add(out, "%s", ur_endpoint_text(pkt->family, addr, port, text));
	if (name && port < EPHEMERAL_PORT) {
		ur_buf_add(out, "(");
		ur_buf_add_safe(out, name);
		ur_buf_add(out, ")");
	}
}

/* Packets that have no more in common than this. */
static void say_kind(struct ur_buf *out, const struct ur_packet *pkt)
{
	char buf[UR_NUMBER_TEXT];
	const char *name = ur_proto_name(pkt->proto, buf);

	ur_buf_add(out, "several sources > ");
	if (pkt->has_ports)
		ur_buf_add(out, "port %u ", pkt->dport);
	ur_buf_add(out, "%s%s", name == buf ? "protocol " : "", name);
}

static void say_packet(const struct text *t, struct ur_buf *out, const struct ur_packet *pkt)
{
	char buf[UR_NUMBER_TEXT];
	const char *name;

	if (!pkt->family) {
		ur_buf_add(out, "a packet that can't be read");
		return;
	}
	say_endpoint(t, out, pkt, pkt->src, pkt->sport);
	ur_buf_add(out, " > ");
	say_endpoint(t, out, pkt, pkt->dst, pkt->dport);
	name = ur_proto_name(pkt->proto, buf);
	ur_buf_add(out, " %s%s%s", name == buf ? "protocol " : "", name,
		   pkt->fragment ? " fragment" : "");
}

static void say_answer(struct ur_buf *out, const struct ur_evidence *ev,
		       const struct ur_report *report)
{
	const char *name = ev->ev.answer == UR_ANSWER_RST ?
				   "TCP reset" :
				   ur_icmp_name(ev->ev.family, ev->ev.type, ev->ev.code);

	if (report->outcome == UR_OUTCOME_SENT)
		ur_buf_add(out, "sent %s", name);
	else if (report->outcome == UR_OUTCOME_SUPPRESSED)
		ur_buf_add(out, UR_WARN "%s suppressed (%s)" UR_PLAIN, name,
			   suppressions[report->suppressed_by]);
	else
		ur_buf_add(out, "%s, sent or not was not seen", name);
}

static void say_clock(struct ur_buf *out, const struct timespec *time)
{
	struct tm tm;
	char clock[16] = "--:--:--";

	if (localtime_r(&time->tv_sec, &tm))
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	ur_buf_add(out, "%s.%06ld", clock, time->tv_nsec / 1000);
}

/* How many, when, and how fast, of events that share one line. */
static void say_count(struct ur_buf *out, const struct ur_evidence *ev)
{
	const struct ur_like *like = &ev->like;
	const struct timespec since = { like->since_real / NS_PER_S, like->since_real % NS_PER_S };
	const struct timespec last = { like->last_real / NS_PER_S, like->last_real % NS_PER_S };
	uint64_t ns = like->last_ns - like->since_ns;

	if (!like->kind)
		return;
	ur_buf_add(out, " " UR_STRONG "%" PRIu64 " times" UR_PLAIN " from ", like->all);
	say_clock(out, &since);
	ur_buf_add(out, " to ");
	say_clock(out, &last);
	if (ns >= NS_PER_S && like->all > 1)
		ur_buf_add(out, ", %" PRIu64 "/s", like->all * NS_PER_S / ns);
}

static void say_owner(struct ur_buf *out, const struct ur_owners *owners)
{
	if (owners->looked != UR_FOUND || !owners->n) {
		ur_buf_add(out, "a socket");
		return;
	}
	ur_buf_add_safe(out, owners->one[0].comm);
	if (owners->one[0].pid)
		ur_buf_add(out, " (pid %d)", owners->one[0].pid);
	if (owners->total > 1)
		ur_buf_add(out, " and %u more", owners->total - 1);
}

static void put_first_line(struct text *t, const struct ur_evidence *ev,
			   const struct ur_report *report)
{
	char line[LINE_MAX_HERE];
	struct ur_buf out = UR_BUF(line);
	const char *slug = ur_cause_info(report->cause)->slug;

	ur_buf_add(&out, UR_FAINT);
	ur_say_time(&t->times, &out, &ev->time);
	ur_buf_add(&out, UR_PLAIN);
	say_netns(&out, &ev->netns);
	if (ev->like.kind == UR_LIKE_KIND)
		say_kind(&out, &ev->packet);
	else
		say_packet(t, &out, &ev->packet);
	ur_buf_add(&out, ", ");
	say_answer(&out, ev, report);
	say_count(&out, ev);
	ur_buf_add(&out, ": " UR_STRONG);
	ur_buf_add_safe(&out, report->why);
	ur_buf_add(&out, UR_PLAIN UR_FAINT " [%s", slug);
	if (report->cause != UR_CAUSE_UNKNOWN)
		ur_buf_add(&out, ", %s", ur_confidence_name(report->confidence));
	ur_buf_add(&out, "]" UR_PLAIN);
	ur_lines_put(&t->lines, line, HANG);
}

/* ---- below it ---- */

static void put_note(const struct text *t, const char *label, const char *note)
{
	char line[LINE_MAX_HERE];
	struct ur_buf out = UR_BUF(line);

	ur_buf_add(&out, "%*s%s: ", HANG, "", label);
	ur_buf_add_safe(&out, note);
	ur_lines_put(&t->lines, line, HANG + (unsigned int)strlen(label) + 2);
}

static void put_notes(const struct text *t, const struct ur_report *report)
{
	if (t->opts.quiet)
		return;
	for (uint32_t i = 0; i < report->nfindings; i++)
		if (t->opts.verbose || !report->findings[i].told)
			put_note(t, "also", report->findings[i].text);
	if (report->advice[0])
		put_note(t, "next", report->advice);
}

static int text_event(struct ur_sink *sink, const struct ur_evidence *ev,
		      const struct ur_report *report)
{
	struct text *t = (struct text *)sink;

	put_first_line(t, ev, report);
	put_notes(t, report);
	if (t->opts.verbose)
		ur_text_rows(&t->lines, ev, report);
	return ur_sink_flush(t->lines.out);
}

static int text_restart(struct ur_sink *sink, const struct ur_restart *restart,
			const struct timespec *time)
{
	struct text *t = (struct text *)sink;
	char line[LINE_MAX_HERE], text[UR_ENDPOINT_TEXT], buf[UR_NUMBER_TEXT];
	struct ur_buf out = UR_BUF(line);
	uint8_t addr[16], version = ur_addr_plain(restart->taken.family, restart->taken.addr, addr);

	if (t->opts.quiet)
		return 0;
	ur_buf_add(&out, UR_FAINT);
	ur_say_time(&t->times, &out, time);
	ur_buf_add(&out, UR_PLAIN);
	say_netns(&out, &restart->netns);
	ur_buf_add(&out, "%s port %u taken again: " UR_STRONG,
		   ur_proto_name(restart->packet.proto, buf), restart->packet.dport);
	say_owner(&out, &restart->taken.owners);
	ur_buf_add(&out, " has %s" UR_PLAIN " no more than ",
		   ur_endpoint_text(version, addr, restart->packet.dport, text));
	ur_say_age(&out, restart->taken_ns - restart->closed_ns);
	ur_buf_add(&out,
		   " after it was closed; %" PRIu64 " packet%s refused" UR_FAINT
		   " [socket.closed]" UR_PLAIN,
		   restart->refused, restart->refused == 1 ? " was" : "s were");
	ur_lines_put(&t->lines, line, HANG);
	return ur_sink_flush(t->lines.out);
}

static int text_received(struct ur_sink *sink, const struct ur_receipt *r,
			 const struct ur_report *report)
{
	struct text *t = (struct text *)sink;
	char line[LINE_MAX_HERE], text[UR_ADDR_TEXT];
	struct ur_buf out = UR_BUF(line);

	ur_buf_add(&out, UR_FAINT);
	ur_say_time(&t->times, &out, &r->time);
	ur_buf_add(&out, UR_PLAIN);
	say_netns(&out, &r->netns);
	ur_buf_add(&out, "%s says %s about ", ur_addr_text(r->rec.family, r->rec.from, text),
		   ur_icmp_name(r->rec.family, r->rec.type, r->rec.code));
	say_packet(t, &out, &r->packet);
	ur_buf_add(&out, ": " UR_STRONG);
	ur_buf_add_safe(&out, report->why);
	ur_buf_add(&out, UR_PLAIN UR_FAINT " [received]" UR_PLAIN);
	ur_lines_put(&t->lines, line, HANG);
	put_notes(t, report);
	return ur_sink_flush(t->lines.out);
}

static int text_scan(struct ur_sink *sink, const struct ur_scan *scan, const struct timespec *time)
{
	struct text *t = (struct text *)sink;
	char line[LINE_MAX_HERE], text[UR_ADDR_TEXT], buf[UR_NUMBER_TEXT];
	struct ur_buf out = UR_BUF(line);

	if (t->opts.quiet)
		return 0;
	ur_buf_add(&out, UR_FAINT);
	ur_say_time(&t->times, &out, time);
	ur_buf_add(&out, UR_PLAIN);
	say_netns(&out, &scan->netns);
	ur_buf_add(&out, "port scan by %s: " UR_STRONG "%u %s %s ports (%u to %u) in ",
		   ur_addr_text(scan->key.family, scan->key.src, text), scan->ports,
		   scan->by_rule ? "refused" : "closed", ur_proto_title(scan->key.proto, buf),
		   scan->lowest, scan->highest);
	ur_say_age(&out, scan->last_ns - scan->first_ns);
	ur_buf_add(&out, UR_PLAIN ", %" PRIu64 " packets" UR_FAINT " [note.scan, likely]" UR_PLAIN,
		   scan->packets);
	ur_lines_put(&t->lines, line, HANG);
	return ur_sink_flush(t->lines.out);
}

static int text_finish(struct ur_sink *sink, const struct ur_totals *totals)
{
	(void)totals;
	return ur_sink_flush(((struct text *)sink)->lines.out);
}

static void text_free(struct ur_sink *sink)
{
	struct text *t = (struct text *)sink;

	ur_services_free(t->services);
	free(t);
}

int ur_sink_text_new(FILE *out, const struct ur_text_opts *opts, struct ur_sink **ret)
{
	static const struct ur_sink_ops ops = { .event = text_event,
						.restart = text_restart,
						.received = text_received,
						.scan = text_scan,
						.finish = text_finish,
						.free = text_free };
	struct text *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	t->sink.ops = &ops;
	t->opts = *opts;
	t->times.form = opts->times;
	t->lines = (struct ur_lines){
		.out = out, .width = opts->width, .color = opts->color, .ascii = opts->ascii
	};
	if (!opts->numeric) /* without the file there are only numbers, which is no error */
		ur_services_load(opts->services ?: "/etc/services", &t->services);
	*ret = &t->sink;
	return 0;
}
