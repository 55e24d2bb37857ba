/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/capture/annotate.h"

#include <errno.h>
#include <string.h>
#include "user/capture/block.h"
#include "user/packet/linklayer.h"
#include "user/capture/matches.h"
#include "user/sink/comment.h"

#define PACKET_FIXED 28 /* of both kinds of blocks that can have comments */

struct copy {
	FILE *out;
	const struct ur_sink *matches;
	struct ur_annotated *counts;
	struct ur_block block;
	char comment[UR_COMMENT_TEXT];
};

static int put(struct copy *c, const void *bytes, size_t n)
{
	errno = 0;
	return fwrite(bytes, 1, n, c->out) == n ? 0 : errno ? -errno : -EIO;
}

static int put_block(struct copy *c, int r)
{
	return r ?: put(c, c->block.at, c->block.len);
}

/* ---- what there is to say ---- */

static void explain(struct copy *c, const struct ur_wire *wire, uint64_t time)
{
	struct ur_buf out = UR_BUF(c->comment);
	const char *recorded = NULL;
	enum ur_match match = UR_MATCH_NONE;

	if (c->matches)
		match = ur_matches_find(c->matches, wire, time, &recorded);
	if (match == UR_MATCH_NONE) {
		c->counts->alone++;
		ur_wire_say(&out, wire);
		return;
	}
	c->counts->explained++;
	/* It was escaped when it was made; its lines are to stay lines. */
	ur_buf_add(&out, "%s\nfrom: recorded evidence%s", recorded,
		   match == UR_MATCH_SURE ? "" :
					    ", likely of this packet: others around that time look "
					    "the same");
}

/* Whether there is something to say about a packet; it is in c->comment then. */
static bool look(struct copy *c, const struct ur_saved *saved)
{
	const size_t at = ur_linklayer_length(saved->linktype, saved->data, saved->len);
	struct ur_wire wire;

	c->counts->packets++;
	c->counts->unknown += !ur_linklayer_known(saved->linktype);
	if (at == saved->len || !ur_wire_parse(&wire, saved->data + at, saved->len - at))
		return false;
	c->counts->errors++;
	explain(c, &wire, saved->time);
	return true;
}

/* ---- the copy ---- */

/* The same block with one more option. */
static int put_with_comment(struct copy *c, const struct ur_saved *saved)
{
	struct ur_saved_option option;
	size_t end = 0;
	uint32_t type;

	while (ur_saved_option(saved, &end, &option))
		;
	end = end < saved->options_len ? end : saved->options_len;
	memcpy(&type, saved->block, sizeof(type));
	c->block.swap = saved->swap;
	ur_block_start(&c->block, saved->swap ? __builtin_bswap32(type) : type);
	ur_block_bytes(&c->block, saved->block + 8,
		       (size_t)(saved->options - saved->block) - 8 + end);
	ur_block_text(&c->block, UR_OPT_COMMENT, c->comment);
	return put_block(c, ur_block_end(&c->block, true));
}

/* A simple packet block has no room for options, and no time to find it by. */
static bool takes_comments(const struct ur_saved *saved)
{
	return saved->packet && saved->data == saved->block + PACKET_FIXED;
}

static int copy_block(struct copy *c, const struct ur_saved *saved)
{
	if (!takes_comments(saved)) {
		c->counts->packets += saved->packet;
		return put(c, saved->block, saved->block_len);
	}
	return look(c, saved) ? put_with_comment(c, saved) : put(c, saved->block, saved->block_len);
}

static int begin(struct copy *c, uint16_t linktype)
{
	return put_block(c, ur_block_section(&c->block, "", "unreach " UR_VERSION, "")) ?:
		       put_block(c, ur_block_interface(&c->block, linktype, 0, "", ""));
}

static int copy_packet(struct copy *c, const struct ur_saved *saved)
{
	ur_block_packet(&c->block, 0, saved->time, saved->wire, saved->data, saved->len);
	if (look(c, saved)) {
		/* look() has left the block alone */
		ur_block_text(&c->block, UR_OPT_COMMENT, c->comment);
		return put_block(c, ur_block_end(&c->block, true));
	}
	return put_block(c, ur_block_end(&c->block, false));
}

static int copy_all(struct copy *c, struct ur_savefile *file)
{
	struct ur_saved saved;
	int r = ur_savefile_has_blocks(file) ? 0 : begin(c, ur_savefile_linktype(file));

	while (!r) {
		r = ur_savefile_next(file, &saved);
		if (r <= 0)
			return r;
		r = ur_savefile_has_blocks(file) ? copy_block(c, &saved) : copy_packet(c, &saved);
	}
	return r;
}

int ur_annotate(struct ur_savefile *in, FILE *out, const struct ur_sink *matches,
		struct ur_annotated *ret)
{
	ur_cleanup(ur_freep) struct copy *c = calloc(1, sizeof(*c));
	int r;

	*ret = (struct ur_annotated){};
	if (!c)
		return -ENOMEM;
	c->out = out;
	c->matches = matches;
	c->counts = ret;
	r = copy_all(c, in);
	ur_block_free(&c->block);
	if (r == -ENODATA) {
		ret->cut = true;
		r = 0;
	}
	return r && r != -EPROTO ? r : ur_sink_flush(out) ?: r;
}
