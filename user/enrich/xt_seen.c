// SPDX-License-Identifier: GPL-2.0-only
/* xt_seen.c - a ring of what was seen last. */
#include "user/enrich/xt_seen.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define KEPT     256
#define RETRY_NS 600000000000ull /* what could not be read is tried again by then */

struct one {
	struct ur_xt_when when; /* netns 0: free */
	struct ur_xt_content content;
	uint64_t failed_ns; /* CLOCK_MONOTONIC, valid with content.why */
};

struct ur_xt_seen {
	pthread_mutex_t lock;
	unsigned next;
	struct one one[KEPT];
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* A machine that was busy then may not be so for ever. */
static struct ur_xt_content content_of(const struct one *o)
{
	struct ur_xt_content content = o->content;

	if (content.why[0] && now_ns() - o->failed_ns > RETRY_NS) {
		content.ahead = false;
		content.why[0] = '\0';
	}
	return content;
}

int ur_xt_seen_new(struct ur_xt_seen **ret)
{
	struct ur_xt_seen *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	pthread_mutex_init(&s->lock, NULL);
	*ret = s;
	return 0;
}

void ur_xt_seen_free(struct ur_xt_seen *seen)
{
	if (!seen)
		return;
	pthread_mutex_destroy(&seen->lock);
	free(seen);
}

static bool same_table(const struct ur_xt_when *a, const struct ur_xt_when *b)
{
	return a->netns == b->netns && a->ipv6 == b->ipv6 &&
	       (a->cookie == b->cookie || !a->cookie || !b->cookie);
}

static struct one *at(struct ur_xt_seen *s, const struct ur_xt_when *when)
{
	for (struct one *o = s->one; when->generation && o < s->one + KEPT; o++)
		if (same_table(&o->when, when) && o->when.generation == when->generation)
			return o;
	return NULL;
}

/* The one of that content which says most of it. */
static struct one *of(struct ur_xt_seen *s, const struct ur_xt_when *when, uint64_t digest)
{
	struct one *found = NULL;

	for (struct one *o = s->one; o < s->one + KEPT; o++)
		if (same_table(&o->when, when) && o->content.digest == digest &&
		    (!found || o->content.ahead))
			found = o;
	return found;
}

void ur_xt_seen_put(struct ur_xt_seen *seen, const struct ur_xt_when *when, uint64_t digest,
		    uint32_t entries)
{
	struct one *o, *known;
	struct ur_xt_content content = { .digest = digest, .entries = entries };
	uint64_t failed_ns;

	pthread_mutex_lock(&seen->lock);
	known = of(seen, when, digest);
	if (known)
		content = content_of(known);
	failed_ns = known ? known->failed_ns : 0;
	o = at(seen, when) ?: &seen->one[seen->next++ % KEPT];
	*o = (struct one){ *when, content, failed_ns };
	pthread_mutex_unlock(&seen->lock);
}

void ur_xt_seen_ahead(struct ur_xt_seen *seen, const struct ur_xt_when *when, uint64_t digest,
		      const char *why)
{
	pthread_mutex_lock(&seen->lock);
	for (struct one *o = seen->one; o < seen->one + KEPT; o++) {
		if (!same_table(&o->when, when) || o->content.digest != digest)
			continue;
		o->content.ahead = true;
		o->failed_ns = now_ns();
		snprintf(o->content.why, sizeof(o->content.why), "%s", why);
	}
	pthread_mutex_unlock(&seen->lock);
}

bool ur_xt_seen_get(struct ur_xt_seen *seen, const struct ur_xt_when *when,
		    struct ur_xt_content *ret)
{
	const struct one *o;

	pthread_mutex_lock(&seen->lock);
	o = at(seen, when);
	if (o)
		*ret = content_of(o);
	pthread_mutex_unlock(&seen->lock);
	return o != NULL;
}

bool ur_xt_seen_find(struct ur_xt_seen *seen, const struct ur_xt_when *when, uint64_t digest,
		     struct ur_xt_content *ret)
{
	const struct one *o;

	pthread_mutex_lock(&seen->lock);
	o = of(seen, when, digest);
	if (o)
		*ret = content_of(o);
	pthread_mutex_unlock(&seen->lock);
	return o != NULL;
}

void ur_xt_seen_netns_gone(struct ur_xt_seen *seen, uint32_t netns)
{
	pthread_mutex_lock(&seen->lock);
	for (struct one *o = seen->one; o < seen->one + KEPT; o++)
		if (netns == UR_NETNS_ANY || o->when.netns == netns)
			*o = (struct one){};
	pthread_mutex_unlock(&seen->lock);
}
