// SPDX-License-Identifier: GPL-2.0-only
/* rule_cache.c - a hash table whose entries also stand in the order of their last use. */
#include "user/enrich/rule_cache.h"
#include <pthread.h>
#include <string.h>
#include <sys/queue.h>

#define BUCKETS 4096

/* The strings lie behind the entry: text, comment, table, chain, base chain, reason. */
struct entry {
	LIST_ENTRY(entry) bucket;
	TAILQ_ENTRY(entry) use;
	struct ur_rule_key key;
	struct ur_rule_span span;
	uint32_t number;
	int32_t priority;
	uint32_t bytes; /* of strings */
	uint8_t looked;
	uint8_t family;
	bool iptables_text;
	char strings[];
};

struct ur_rule_cache {
	pthread_mutex_t lock;
	size_t max;
	size_t size;
	TAILQ_HEAD(ur_rule_cache_use, entry) use; /* the last used first */
	LIST_HEAD(ur_rule_cache_bucket, entry) buckets[BUCKETS];
};

int ur_rule_cache_new(size_t max_bytes, struct ur_rule_cache **ret)
{
	struct ur_rule_cache *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->max = max_bytes;
	pthread_mutex_init(&c->lock, NULL);
	TAILQ_INIT(&c->use);
	*ret = c;
	return 0;
}

static size_t bytes_of(const struct entry *e)
{
	return sizeof(*e) + e->bytes;
}

static void drop(struct ur_rule_cache *c, struct entry *e)
{
	c->size -= bytes_of(e);
	LIST_REMOVE(e, bucket);
	TAILQ_REMOVE(&c->use, e, use);
	free(e);
}

void ur_rule_cache_clear(struct ur_rule_cache *cache)
{
	pthread_mutex_lock(&cache->lock);
	while (!TAILQ_EMPTY(&cache->use))
		drop(cache, TAILQ_FIRST(&cache->use));
	pthread_mutex_unlock(&cache->lock);
}

void ur_rule_cache_free(struct ur_rule_cache *cache)
{
	if (!cache)
		return;
	ur_rule_cache_clear(cache);
	pthread_mutex_destroy(&cache->lock);
	free(cache);
}

static unsigned bucket_of(const struct ur_rule_key *key)
{
	uint64_t h = key->netns * 0x9e3779b97f4a7c15ull;

	h = (h ^ key->table) * 0x9e3779b97f4a7c15ull;
	h = (h ^ key->rule) * 0x9e3779b97f4a7c15ull;
	return h >> 32 & (BUCKETS - 1);
}

bool ur_rule_key_same(const struct ur_rule_key *a, const struct ur_rule_key *b)
{
	return a->netns == b->netns && a->table == b->table && a->rule == b->rule &&
	       (a->cookie == b->cookie || !a->cookie || !b->cookie);
}

static struct entry *find(struct ur_rule_cache *c, const struct ur_rule_key *key)
{
	struct entry *e;

	LIST_FOREACH(e, &c->buckets[bucket_of(key)], bucket)
	if (ur_rule_key_same(&e->key, key))
		return e;
	return NULL;
}

/* Copy the next of the entry's strings out. */
static const char *unpack(const char *from, char *to, size_t room)
{
	size_t len = strlen(from) + 1;

	memcpy(to, from, len < room ? len : room);
	return from + len;
}

static void unpack_all(const struct entry *e, struct ur_rule_text *text)
{
	const char *s;

	*text = (struct ur_rule_text){
		.looked = e->looked,
		.number = e->number,
		.family = e->family,
		.priority = e->priority,
		.iptables_text = e->iptables_text,
	};
	s = unpack(e->strings, text->text, sizeof(text->text));
	s = unpack(s, text->comment, sizeof(text->comment));
	s = unpack(s, text->table, sizeof(text->table));
	s = unpack(s, text->chain, sizeof(text->chain));
	s = unpack(s, text->base_chain, sizeof(text->base_chain));
	unpack(s, text->reason, sizeof(text->reason));
}

bool ur_rule_cache_get(struct ur_rule_cache *cache, const struct ur_rule_key *key,
		       struct ur_rule_text *text, struct ur_rule_span *span)
{
	struct entry *e;

	pthread_mutex_lock(&cache->lock);
	e = find(cache, key);
	if (e) {
		TAILQ_REMOVE(&cache->use, e, use);
		TAILQ_INSERT_HEAD(&cache->use, e, use);
		unpack_all(e, text);
		*span = e->span;
	}
	pthread_mutex_unlock(&cache->lock);
	return e != NULL;
}

bool ur_rule_cache_confirm(struct ur_rule_cache *cache, const struct ur_rule_key *key,
			   uint64_t digest, uint32_t generation)
{
	struct entry *e;
	bool same;

	pthread_mutex_lock(&cache->lock);
	e = find(cache, key);
	same = e && digest && e->span.digest == digest && e->span.first;
	if (same && (int32_t)(generation - e->span.last) > 0) {
		e->span.last = generation;
		e->span.placed = false;
	}
	pthread_mutex_unlock(&cache->lock);
	return same;
}

/* Make an entry of @text, on its own. */
static struct entry *pack(const struct ur_rule_key *key, const struct ur_rule_text *text)
{
	const char *const strings[] = { text->text,  text->comment,    text->table,
					text->chain, text->base_chain, text->reason };
	const size_t n = sizeof(strings) / sizeof(*strings);
	struct entry *e;
	size_t bytes = 0;
	char *at;

	for (size_t i = 0; i < n; i++)
		bytes += strlen(strings[i]) + 1;
	e = calloc(1, sizeof(*e) + bytes);
	if (!e)
		return NULL;
	e->key = *key;
	e->number = text->number;
	e->priority = text->priority;
	e->looked = text->looked;
	e->family = text->family;
	e->iptables_text = text->iptables_text;
	e->bytes = bytes;
	at = e->strings;
	for (size_t i = 0; i < n; i++)
		at = stpcpy(at, strings[i]) + 1;
	return e;
}

static int put(struct ur_rule_cache *cache, const struct ur_rule_key *key,
	       const struct ur_rule_text *text, const struct ur_rule_span *span, bool replace)
{
	struct entry *e = pack(key, text), *old;

	if (!e)
		return -ENOMEM;
	pthread_mutex_lock(&cache->lock);
	old = find(cache, key);
	if (old && !replace) {
		pthread_mutex_unlock(&cache->lock);
		free(e);
		return 0;
	}
	if (old)
		drop(cache, old);
	e->span = *span;
	cache->size += bytes_of(e);
	LIST_INSERT_HEAD(&cache->buckets[bucket_of(key)], e, bucket);
	TAILQ_INSERT_HEAD(&cache->use, e, use);
	while (cache->size > cache->max && !TAILQ_EMPTY(&cache->use))
		drop(cache, TAILQ_LAST(&cache->use, ur_rule_cache_use));
	pthread_mutex_unlock(&cache->lock);
	return 0;
}

int ur_rule_cache_put(struct ur_rule_cache *cache, const struct ur_rule_key *key,
		      const struct ur_rule_text *text, const struct ur_rule_span *span)
{
	return put(cache, key, text, span, true);
}

int ur_rule_cache_add(struct ur_rule_cache *cache, const struct ur_rule_key *key,
		      const struct ur_rule_text *text, const struct ur_rule_span *span)
{
	return put(cache, key, text, span, false);
}

size_t ur_rule_cache_size(struct ur_rule_cache *cache)
{
	size_t size;

	pthread_mutex_lock(&cache->lock);
	size = cache->size;
	pthread_mutex_unlock(&cache->lock);
	return size;
}
