/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/sink/comment.h"

#include "user/base/addr.h"
#include "user/base/names.h"
#include "user/base/strbuf.h"

static const char *answer_name(const struct ur_event *ev)
{
	return ev->answer == UR_ANSWER_RST ? "TCP reset" :
					     ur_icmp_name(ev->family, ev->type, ev->code);
}

static void say_answer(struct ur_buf *out, const struct ur_evidence *ev,
		       const struct ur_report *report)
{
	ur_buf_add(out, "\nanswer: %s", answer_name(&ev->ev));
	if (report->outcome == UR_OUTCOME_SENT)
		ur_buf_add(out, ", sent");
	else if (report->outcome == UR_OUTCOME_SUPPRESSED)
		ur_buf_add(out, ", suppressed: %s", ur_suppressed_name(report->suppressed_by));
	else
		ur_buf_add(out, ", sent or not was not seen");
	if (ev->count > 1)
		ur_buf_add(out, ", %u times", ev->count);
}

static void say_netns(struct ur_buf *out, const struct ur_netns *netns)
{
	ur_buf_add(out, "\nwhere: network namespace ");
	if (netns->looked == UR_FOUND)
		ur_buf_add_safe(out, netns->name);
	else
		ur_buf_add(out, "%u", netns->inum);
}

static void say_place(struct ur_buf *out, const struct ur_evidence *ev)
{
	say_netns(out, &ev->netns);
	if (!ev->ev.iif)
		ur_buf_add(out, ", sent from there");
	else if (ev->ev.iifname[0]) {
		ur_buf_add(out, ", came in on ");
		ur_buf_add_safe(out, ev->slave[0] ? ev->slave : ev->ev.iifname);
	}
}

static void say_rest(struct ur_buf *out, const struct ur_report *report)
{
	for (uint32_t i = 0; i < report->nfindings; i++) {
		ur_buf_add(out, "\nalso: ");
		ur_buf_add_safe(out, report->findings[i].text);
	}
	if (report->advice[0]) {
		ur_buf_add(out, "\nnext: ");
		ur_buf_add_safe(out, report->advice);
	}
}

void ur_comment_event(char *text, size_t size, const struct ur_evidence *ev,
		      const struct ur_report *report)
{
	struct ur_buf out = ur_buf_over(text, size);

	ur_buf_add_safe(&out, report->why);
	ur_buf_add(&out, " [%s", ur_cause_info(report->cause)->slug);
	if (report->cause != UR_CAUSE_UNKNOWN)
		ur_buf_add(&out, ", %s", ur_confidence_name(report->confidence));
	ur_buf_add(&out, "]");
	say_answer(&out, ev, report);
	say_place(&out, ev);
	say_rest(&out, report);
}

void ur_comment_received(char *text, size_t size, const struct ur_receipt *r,
			 const struct ur_report *report)
{
	struct ur_buf out = ur_buf_over(text, size);
	char from[UR_ADDR_TEXT];

	ur_buf_add(&out, "%s says %s about it: ", ur_addr_text(r->rec.family, r->rec.from, from),
		   ur_icmp_name(r->rec.family, r->rec.type, r->rec.code));
	ur_buf_add_safe(&out, report->why);
	say_netns(&out, &r->netns);
	if (r->rec.iifname[0]) {
		ur_buf_add(&out, ", came in on ");
		ur_buf_add_safe(&out, r->rec.iifname);
	}
	say_rest(&out, report);
}

void ur_comment_answer(char *text, size_t size, const struct ur_evidence *ev,
		       const struct ur_report *report)
{
	struct ur_buf out = ur_buf_over(text, size);

	ur_buf_add(&out, "%s: this host's answer to the packet before this one [%s",
		   answer_name(&ev->ev), ur_cause_info(report->cause)->slug);
	if (report->cause != UR_CAUSE_UNKNOWN)
		ur_buf_add(&out, ", %s", ur_confidence_name(report->confidence));
	ur_buf_add(&out, "]\nas it was made: before output rules and translation");
}
