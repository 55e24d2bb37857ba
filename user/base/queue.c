/* SPDX-License-Identifier: GPL-2.0-only */
/* queue.c - a ring of fixed slots under one lock. */
#include <pthread.h>
#include <string.h>
#include <time.h>
#include "user/base/queue.h"

#define NS_PER_S UINT64_C(1000000000)

struct ur_queue {
	pthread_mutex_t lock;
	pthread_cond_t more;
	size_t capacity, record;
	size_t first, n;
	bool closed;
	size_t *len;
	unsigned char *slots;
};

int ur_queue_new(size_t capacity, size_t record, struct ur_queue **ret)
{
	struct ur_queue *q = calloc(1, sizeof(*q));
	pthread_condattr_t attr;

	if (!q)
		return -ENOMEM;
	q->capacity = capacity;
	q->record = record;
	q->len = calloc(capacity, sizeof(*q->len));
	q->slots = calloc(capacity, record);
	if (!q->len || !q->slots) {
		free(q->len);
		free(q->slots);
		free(q);
		return -ENOMEM;
	}
	pthread_mutex_init(&q->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&q->more, &attr);
	pthread_condattr_destroy(&attr);
	*ret = q;
	return 0;
}

void ur_queue_free(struct ur_queue *q)
{
	if (!q)
		return;
	pthread_cond_destroy(&q->more);
	pthread_mutex_destroy(&q->lock);
	free(q->len);
	free(q->slots);
	free(q);
}

bool ur_queue_push(struct ur_queue *q, const void *record, size_t len)
{
	bool fits;

	pthread_mutex_lock(&q->lock);
	fits = !q->closed && q->n < q->capacity && len && len <= q->record;
	if (fits) {
		size_t at = (q->first + q->n++) % q->capacity;

		memcpy(q->slots + at * q->record, record, len);
		q->len[at] = len;
		pthread_cond_signal(&q->more);
	}
	pthread_mutex_unlock(&q->lock);
	return fits;
}

ssize_t ur_queue_pop_until(struct ur_queue *q, void *buf, uint64_t until_ns)
{
	const struct timespec until = { until_ns / NS_PER_S, until_ns % NS_PER_S };
	ssize_t len = 0;

	pthread_mutex_lock(&q->lock);
	while (!q->n && !q->closed && !len) {
		if (!until_ns)
			pthread_cond_wait(&q->more, &q->lock);
		else
			len = -pthread_cond_timedwait(&q->more, &q->lock, &until);
	}
	if (q->n) {
		len = q->len[q->first];
		memcpy(buf, q->slots + q->first * q->record, len);
		q->first = (q->first + 1) % q->capacity;
		q->n--;
	}
	pthread_mutex_unlock(&q->lock);
	return len;
}

size_t ur_queue_pop(struct ur_queue *q, void *buf)
{
	return ur_queue_pop_until(q, buf, 0);
}

void ur_queue_close(struct ur_queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->closed = true;
	pthread_cond_broadcast(&q->more);
	pthread_mutex_unlock(&q->lock);
}
