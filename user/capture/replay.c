/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/capture/replay.h"

#include <errno.h>
#include <string.h>
#include "user/capture/record.h"

#define NS_PER_S UINT64_C(1000000000)

struct replay {
	const struct ur_replay_opts *opts;
	struct ur_totals *totals;
	struct ur_replayed *file;
	uint64_t first, last;  /* times of events */
	struct ur_evidence ev; /* too large for a stack */
	struct ur_receipt receipt;
	struct ur_report report;
};

static bool in_netns(const struct ur_netns *netns, const char *which)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", netns->inum);
	return !strcmp(which, "all") || !strcmp(which, number) ||
	       (netns->looked == UR_FOUND && !strcmp(which, netns->name));
}

static int explain(struct replay *p)
{
	bool shown;

	if (!in_netns(&p->ev.netns, p->opts->netns)) {
		p->totals->filtered_netns += p->ev.count;
		return 0;
	}
	if (!ur_select_early(&p->opts->select, &p->ev)) {
		p->totals->passed_over += p->ev.count;
		return 0;
	}
	ur_verdict_decide(&p->ev, &p->report);
	shown = ur_select_event(&p->opts->select, &p->ev, &p->report);
	ur_totals_add(p->totals, &p->ev, &p->report, shown);
	return shown ? ur_sink_event(p->opts->sink, &p->ev, &p->report) : 0;
}

/* An error that came: as the worker has it. */
static int explain_received(struct replay *p)
{
	struct ur_receipt *r = &p->receipt;
	const bool shown = !p->opts->select.cause;

	p->totals->received_asked = true;
	ur_receipt_event(r, &p->ev);
	if (!in_netns(&r->netns, p->opts->netns) || !ur_select_early(&p->opts->select, &p->ev))
		return 0;
	ur_receipt_explain(r, &p->report);
	ur_totals_add_received(p->totals, r, shown);
	return shown ? ur_sink_received(p->opts->sink, r, &p->report) : 0;
}

static void note_time(struct replay *p, uint64_t time)
{
	if (!p->first || time < p->first)
		p->first = time;
	if (time > p->last)
		p->last = time;
}

/* @r: why @record can't be read. */
static void note_unreadable(struct ur_replayed *file, const char *record, size_t len, int r)
{
	if (!file->unreadable++)
		ur_record_by(record, len, file->by);
	file->later += r == -ENOTSUP;
}

static int on_packet(struct replay *p, const struct ur_saved *saved)
{
	const struct timespec time = { (time_t)(saved->time / NS_PER_S),
				       (long)(saved->time % NS_PER_S) };
	size_t len;
	ur_cleanup(ur_freep) char *record = ur_saved_record(saved, &len);
	bool refused;
	int r;

	if (!record) {
		p->file->without += !ur_saved_is_answer(saved);
		return 0;
	}
	refused = !ur_record_read(record, len, saved->data, saved->len, &time, &p->ev);
	r = refused ? 0 :
		      ur_record_read_received(record, len, saved->data, saved->len, &time,
					      &p->receipt);
	if (r) {
		note_unreadable(p->file, record, len, r);
		return 0;
	}
	p->file->records++;
	note_time(p, saved->time);
	return refused ? explain(p) : explain_received(p);
}

static bool enough(const struct replay *p)
{
	return p->opts->count && p->totals->shown + p->totals->received_shown >= p->opts->count;
}

static int read_all(struct replay *p, struct ur_savefile *file)
{
	struct ur_saved saved;
	int r = 0;

	while (!r && !enough(p)) {
		r = ur_savefile_next(file, &saved);
		if (r <= 0)
			break;
		r = saved.packet ? on_packet(p, &saved) : 0;
		if (r)
			return r;
	}
	if (r != -ENODATA)
		p->file->broken = r;
	return r;
}

int ur_replay(struct ur_savefile *file, const struct ur_replay_opts *opts, struct ur_totals *totals,
	      struct ur_replayed *ret)
{
	ur_cleanup(ur_freep) struct replay *p = calloc(1, sizeof(*p));
	int r;

	*totals = (struct ur_totals){};
	*ret = (struct ur_replayed){};
	if (!p)
		return -ENOMEM;
	p->opts = opts;
	p->totals = totals;
	p->file = ret;
	r = read_all(p, file);
	totals->ns = p->last - p->first;
	totals->time =
		(struct timespec){ (time_t)(p->last / NS_PER_S), (long)(p->last % NS_PER_S) };
	if (r != -ENODATA)
		return r;
	ret->cut = true;
	return 0;
}
