/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/sink/pcapng.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/utsname.h>
#include "user/capture/block.h"
#include "user/base/escape.h"
#include "user/packet/answer.h"
#include "user/packet/headers.h"
#include "user/capture/record.h"
#include "user/capture/savefile.h"
#include "user/sink/comment.h"
#include "user/base/strbuf.h"

#define SPACES_MAX 4096 /* namespaces with an interface of their own in one file */
#define INBOUND    1u   /* epb_flags */
#define OUTBOUND   2u
#define NS_PER_S   UINT64_C(1000000000)

/* A namespace that has its interface in the current file: the same number with another name is
 * another one. */
struct space {
	uint32_t inum;
	char name[UR_NAME_MAX];
};

struct pcapng {
	struct ur_sink sink;
	struct ur_pcapng_opts opts;
	FILE *out;
	bool mine; /* opened by us */
	uint64_t size;
	size_t n;
	struct space *spaces;
	struct ur_block block;
};

static int put_block(struct pcapng *p, int r)
{
	if (r)
		return r;
	errno = 0;
	if (fwrite(p->block.at, 1, p->block.len, p->out) != p->block.len)
		return errno ? -errno : -EIO;
	p->size += p->block.len;
	return 0;
}

/* ---- files ---- */

static int close_file(struct pcapng *p)
{
	int r = p->out ? ur_sink_flush(p->out) : 0;

	if (p->mine && p->out && fclose(p->out) && !r)
		r = -errno;
	p->out = NULL;
	p->mine = false;
	return r;
}

static int open_named(struct pcapng *p)
{
	char name[PATH_MAX];
	int r = ur_rotate_name(&p->opts.rotate, p->opts.path, name, sizeof(name));

	if (r)
		return r;
	p->out = ur_savefile_create(name);
	if (!p->out)
		return -errno;
	p->mine = true;
	return 0;
}

static int open_file(struct pcapng *p)
{
	const bool named = strcmp(p->opts.path, "-");
	struct utsname u = {};
	char os[sizeof(u.sysname) + sizeof(u.release) + 2];
	int r = named ? open_named(p) : 0;

	if (r)
		return r;
	if (!named)
		p->out = p->opts.out;
	uname(&u);
	snprintf(os, sizeof(os), "%s %s", u.sysname, u.release);
	p->n = 0;
	p->size = 0;
	r = put_block(p, ur_block_section(&p->block, os, "unreach " UR_VERSION,
					  "packets that this kernel refused, and its answers; "
					  "unreach -r explains them from the custom option "
					  "beside each"));
	return r ?: ur_sink_flush(p->out);
}

/* ---- interfaces ---- */

static int add_space(struct pcapng *p, const struct space *s)
{
	struct space *grown = realloc(p->spaces, (p->n + 1) * sizeof(*grown));
	char name[UR_NAME_MAX * UR_ESCAPE_GROWTH], what[sizeof(name) + 64];
	struct ur_buf named = UR_BUF(name), described = UR_BUF(what);

	if (!grown)
		return -ENOMEM;
	p->spaces = grown;
	p->spaces[p->n++] = *s;
	if (s->name[0])
		ur_buf_add_safe(&named, s->name);
	else
		ur_buf_add(&named, "netns:%u", s->inum);
	ur_buf_add(&described, "network namespace %s%s, inode %u",
		   s->name[0] ? name : "without a name", strcmp(s->name, "host") ? "" : " of pid 1",
		   s->inum);
	return put_block(p,
			 ur_block_interface(&p->block, UR_LINKTYPE_RAW, UR_SNAP_MAX, name, what));
}

/* The number of the event's interface in this file; it is made when it is new. */
static int find_space(struct pcapng *p, const struct ur_netns *netns, uint32_t *ret)
{
	struct space s = { .inum = netns->inum };

	if (netns->looked == UR_FOUND)
		snprintf(s.name, sizeof(s.name), "%s", netns->name);
	for (*ret = 0; *ret < p->n; ++*ret)
		if (p->spaces[*ret].inum == s.inum && !strcmp(p->spaces[*ret].name, s.name))
			return 0;
	if (p->n < SPACES_MAX)
		return add_space(p, &s);
	*ret = 0; /* the record has the right one, and so has the comment */
	return 0;
}

/* ---- packets ---- */

/* A packet of the file: the first @len bytes of it, and what is said of it. */
struct saying {
	const struct ur_netns *netns;
	const struct timespec *time;
	const uint8_t *snap;
	uint32_t len, wire;
	bool out;           /* it was sent by this host, or was to be */
	const char *record; /* NULL: an answer, that of the packet before it */
	char comment[UR_COMMENT_TEXT];
};

static uint32_t kept(const struct pcapng *p, const struct saying *s)
{
	if (!p->opts.snapped)
		return (uint32_t)ur_headers_length(s->snap, s->len);
	return p->opts.snaplen < s->len ? p->opts.snaplen : s->len;
}

static int put_packet(struct pcapng *p, const struct saying *s)
{
	const uint64_t time = (uint64_t)s->time->tv_sec * NS_PER_S + (uint64_t)s->time->tv_nsec;
	const uint32_t len = kept(p, s);
	uint32_t interface;
	int r = find_space(p, s->netns, &interface);

	if (r)
		return r;
	ur_block_packet(&p->block, interface, time, s->wire ?: len, s->snap, len);
	ur_block_text(&p->block, UR_OPT_COMMENT, s->comment);
	ur_block_u16(&p->block, UR_OPT_EPB_FLAGS);
	ur_block_u16(&p->block, sizeof(uint32_t));
	ur_block_u32(&p->block, s->out ? OUTBOUND : INBOUND);
	if (s->record)
		ur_block_record(&p->block, s->record);
	else
		ur_block_answer(&p->block);
	return put_block(p, ur_block_end(&p->block, true));
}

static int rotate(struct pcapng *p, time_t now)
{
	int r = ur_rotate_next(&p->opts.rotate, now, p->size);

	if (r == -ECANCELED)
		return -EPIPE;
	return r > 0 ? close_file(p) ?: open_file(p) : r;
}

static int add(struct pcapng *p, const struct saying *s)
{
	int r = s->record ? rotate(p, s->time->tv_sec) : -ENOMEM;

	return r ?: put_packet(p, s);
}

/* The record has of the answer what the file has of it. */
static char *record_of(const struct pcapng *p, const struct ur_evidence *ev)
{
	ur_cleanup(ur_freep) struct ur_evidence *copy = NULL;
	struct ur_answer *a;
	struct saying s;

	if (!ev->ev.answered.ts_ns)
		return ur_record_write(ev);
	copy = malloc(sizeof(*copy));
	if (!copy)
		return NULL;
	*copy = *ev;
	a = &copy->ev.answered;
	s = (struct saying){ .snap = a->snap, .len = a->len };
	a->len = (uint8_t)kept(p, &s);
	memset(a->snap + a->len, 0, sizeof(a->snap) - a->len);
	return ur_record_write(copy);
}

/* It follows the packet that it answers, in the same file. */
static int put_answer(struct pcapng *p, const struct ur_evidence *ev,
		      const struct ur_report *report)
{
	const uint64_t at = ev->ev.answered.ts_ns,
		       since = at > ev->ev.ts_ns ? at - ev->ev.ts_ns : 0;
	struct timespec time = ev->time;
	struct ur_answer answer;
	struct saying s = { .netns = &ev->netns, .time = &time, .out = true };

	if (report->outcome != UR_OUTCOME_SENT || !ur_answer_complete(&ev->ev, &answer))
		return 0;
	time.tv_sec += (time_t)(((uint64_t)time.tv_nsec + since) / NS_PER_S);
	time.tv_nsec = (long)(((uint64_t)time.tv_nsec + since) % NS_PER_S);
	s.snap = answer.snap;
	s.len = answer.len;
	s.wire = answer.wire;
	ur_comment_answer(s.comment, sizeof(s.comment), ev, report);
	return put_packet(p, &s);
}

static int pcapng_event(struct ur_sink *sink, const struct ur_evidence *ev,
			const struct ur_report *report)
{
	struct pcapng *p = (struct pcapng *)sink;
	ur_cleanup(ur_freep) char *record = record_of(p, ev);
	struct saying s = { .netns = &ev->netns,
			    .time = &ev->time,
			    .snap = ev->ev.snap,
			    .len = ev->ev.snap_len,
			    .wire = ev->packet.length,
			    .out = !ev->ev.iif,
			    .record = record };

	ur_comment_event(s.comment, sizeof(s.comment), ev, report);
	return add(p, &s) ?: put_answer(p, ev, report) ?: ur_sink_flush(p->out);
}

/* The packet is the one that the error is about: of the error itself only its header was seen. */
static int pcapng_received(struct ur_sink *sink, const struct ur_receipt *r,
			   const struct ur_report *report)
{
	ur_cleanup(ur_freep) char *record = ur_record_write_received(r);
	struct saying s = { .netns = &r->netns,
			    .time = &r->time,
			    .snap = r->rec.snap,
			    .len = r->rec.snap_len,
			    .wire = r->packet.length,
			    .out = true,
			    .record = record };

	ur_comment_received(s.comment, sizeof(s.comment), r, report);
	return add((struct pcapng *)sink, &s) ?: ur_sink_flush(((struct pcapng *)sink)->out);
}

static int pcapng_finish(struct ur_sink *sink, const struct ur_totals *totals)
{
	(void)totals;
	return close_file((struct pcapng *)sink);
}

static void pcapng_free(struct ur_sink *sink)
{
	struct pcapng *p = (struct pcapng *)sink;

	close_file(p);
	ur_block_free(&p->block);
	free(p->spaces);
	free(p);
}

int ur_sink_pcapng_new(const struct ur_pcapng_opts *opts, struct ur_sink **ret)
{
	static const struct ur_sink_ops ops = { .event = pcapng_event,
						.received = pcapng_received,
						.finish = pcapng_finish,
						.free = pcapng_free };
	struct pcapng *p = calloc(1, sizeof(*p));
	int r;

	if (!p)
		return -ENOMEM;
	p->sink.ops = &ops;
	p->opts = *opts;
	ur_rotate_start(&p->opts.rotate, time(NULL));
	r = open_file(p);
	if (r)
		pcapng_free(&p->sink);
	else
		*ret = &p->sink;
	return r;
}
