/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/serve/serve.h"

#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include "user/host/privilege.h"

#define CONNECTIONS     16   /* on each socket */
#define MEMORY          8192 /* of a connection: request line and headers must fit */
#define SECONDS         10
#define CROWDED_SECONDS 2
#define TICK_MS         1000 /* how late a connection may be ended */

struct connection {
	int fd; /* -1: free */
	time_t since;
};

struct listener {
	struct ur_serve *serve;
	struct MHD_Daemon *daemon;
	int epoll_fd;
	struct connection connection[CONNECTIONS];
};

struct ur_serve {
	struct ur_serve_opts opts;
	struct listener listener[UR_LISTEN_MAX];
	size_t n;
	int stop_fd;
	pthread_t thread;
	bool started;
};

static time_t now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* ---- answers ---- */

static enum MHD_Result reply(struct MHD_Connection *c, unsigned int status, const char *type,
			     struct MHD_Response *response)
{
	enum MHD_Result r;

	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	r = MHD_queue_response(c, status, response);
	MHD_destroy_response(response);
	return r;
}

/* @text is static. */
static enum MHD_Result reply_text(struct MHD_Connection *c, unsigned int status, const char *text)
{
	return reply(c, status, "text/plain; charset=utf-8",
		     MHD_create_response_from_buffer(strlen(text), (char *)text,
						     MHD_RESPMEM_PERSISTENT));
}

static enum MHD_Result reply_metrics(const struct ur_serve *s, struct MHD_Connection *c)
{
	const char *accept =
		MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT);
	const enum ur_form form = ur_accept_form(accept);
	struct MHD_Response *response;
	char *text = NULL;
	size_t len = 0;

	if (s->opts.metrics(s->opts.arg, form, &text, &len))
		return reply_text(c, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory\n");
	response = MHD_create_response_from_buffer(len, text, MHD_RESPMEM_MUST_FREE);
	if (!response)
		free(text);
	else
		MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT);
	return reply(c, MHD_HTTP_OK, ur_form_type(form), response);
}

static bool is_health(const char *path)
{
	return !strcmp(path, "/healthz") || !strcmp(path, "/-/healthy") ||
	       !strcmp(path, "/-/ready");
}

/* Answered at once, whatever follows in the request: it is not read. */
static enum MHD_Result on_request(void *arg, struct MHD_Connection *c, const char *path,
				  const char *method, const char *version, const char *body,
				  size_t *body_len, void **state)
{
	const struct ur_serve *s = ((struct listener *)arg)->serve;

	(void)version;
	(void)body;
	(void)body_len;
	(void)state;
	if (strcmp(method, MHD_HTTP_METHOD_GET) && strcmp(method, MHD_HTTP_METHOD_HEAD))
		return reply_text(c, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD\n");
	if (!strcmp(path, "/metrics"))
		return reply_metrics(s, c);
	if (is_health(path))
		return s->opts.healthy(s->opts.arg) ?
			       reply_text(c, MHD_HTTP_OK, "ok\n") :
			       reply_text(c, MHD_HTTP_SERVICE_UNAVAILABLE,
					  "the kernel's ring is not being read\n");
	if (!strcmp(path, "/"))
		return reply_text(c, MHD_HTTP_OK,
				  "unreach: why this kernel answers with Destination Unreachable\n"
				  "\n"
				  "/metrics   for Prometheus; unreach(8) lists them\n"
				  "/healthz   ok, or status 503\n");
	return reply_text(c, MHD_HTTP_NOT_FOUND, "there are /metrics and /healthz\n");
}

/* ---- connections ---- */

static int fd_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info ? info->connect_fd : -1;
}

static void on_connection(void *arg, struct MHD_Connection *c, void **state,
			  enum MHD_ConnectionNotificationCode what)
{
	struct listener *l = arg;
	struct connection *place = *state;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (place)
			place->fd = -1;
		return;
	}
	for (size_t i = 0; i < CONNECTIONS; i++) {
		place = &l->connection[i];
		if (place->fd >= 0)
			continue;
		*place = (struct connection){ fd_of(c), now_s() };
		*state = place;
		return;
	}
}

/* The library's own limit is between two bytes: one a second would do to stay for ever. Where
 * all places are taken, nobody stays who has been there for a second. */
static void end_old(struct listener *l)
{
	time_t seconds = (time_t)l->serve->opts.seconds;
	size_t used = 0;

	for (size_t i = 0; i < CONNECTIONS; i++)
		used += l->connection[i].fd >= 0;
	if (used == CONNECTIONS && seconds > CROWDED_SECONDS)
		seconds = CROWDED_SECONDS;
	for (size_t i = 0; i < CONNECTIONS; i++)
		if (l->connection[i].fd >= 0 && now_s() - l->connection[i].since >= seconds)
			shutdown(l->connection[i].fd, SHUT_RDWR);
}

static void *work(void *arg)
{
	struct ur_serve *s = arg;
	struct pollfd fds[1 + UR_LISTEN_MAX] = { { s->stop_fd, POLLIN, 0 } };

	/* It needs none: without them, or not at all. */
	if (ur_privilege_keep(UR_ROLE_NONE))
		return NULL;
	for (size_t i = 0; i < s->n; i++)
		fds[1 + i] = (struct pollfd){ s->listener[i].epoll_fd, POLLIN, 0 };
	while (!fds[0].revents) {
		if (poll(fds, 1 + s->n, TICK_MS) < 0 && errno != EINTR)
			break;
		for (size_t i = 0; i < s->n; i++) {
			end_old(&s->listener[i]);
			MHD_run(s->listener[i].daemon);
		}
	}
	return NULL;
}

/* ---- */

static int start_listener(struct listener *l, int fd)
{
	const unsigned int flags = MHD_USE_EPOLL;
	const union MHD_DaemonInfo *info;

	for (size_t i = 0; i < CONNECTIONS; i++)
		l->connection[i].fd = -1;
	l->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, l, MHD_OPTION_LISTEN_SOCKET,
				     fd, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS,
				     MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY,
				     MHD_OPTION_CONNECTION_TIMEOUT, l->serve->opts.seconds,
				     MHD_OPTION_NOTIFY_CONNECTION, on_connection, l,
				     MHD_OPTION_END);
	if (!l->daemon)
		return -ENOMEM;
	info = MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	l->epoll_fd = info ? info->epoll_fd : -1;
	return l->epoll_fd < 0 ? -ENOSYS : 0;
}

int ur_serve_new(int fds[], size_t nfds, const struct ur_serve_opts *opts, struct ur_serve **ret)
{
	ur_cleanup(ur_serve_freep) struct ur_serve *s = calloc(1, sizeof(*s));
	int r = s ? 0 : -ENOMEM;

	if (s)
		s->stop_fd = -1;
	for (size_t i = 0; i < nfds; i++) {
		struct listener *l = s && !r ? &s->listener[s->n] : NULL;

		if (!l) {
			ur_closep(&fds[i]);
			continue;
		}
		s->opts = *opts;
		s->opts.seconds = s->opts.seconds ?: SECONDS;
		l->serve = s;
		r = start_listener(l, fds[i]);
		if (l->daemon) {
			s->n++;
			fds[i] = -1;
		} else {
			ur_closep(&fds[i]);
		}
	}
	if (r)
		return r;
	s->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->stop_fd < 0)
		return -errno;
	r = -pthread_create(&s->thread, NULL, work, s);
	if (r)
		return r;
	s->started = true;
	*ret = ur_take(s);
	return 0;
}

void ur_serve_free(struct ur_serve *s)
{
	if (!s)
		return;
	if (s->started) {
		eventfd_write(s->stop_fd, 1);
		pthread_join(s->thread, NULL);
	}
	for (size_t i = 0; i < s->n; i++)
		MHD_stop_daemon(s->listener[i].daemon);
	ur_closep(&s->stop_fd);
	free(s);
}
