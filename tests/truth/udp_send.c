// SPDX-License-Identifier: GPL-2.0-only
/* udp_send - send datagrams, then say what came back: answers, ICMP errors, or nothing.
 *
 * Errors are read from the socket's error queue, so the ICMP type, code and sender
 * are the kernel's word. As with any UDP client, an error that is waiting makes the
 * next send fail, and that datagram never leaves: such a send is in "send_errors".
 */
#define _GNU_SOURCE
#include "options.h"
#include "udp.h"

#include <linux/errqueue.h>
#include <poll.h>

struct options {
	struct addr to;
	const char *dev;
	long count, sport, ttl, gap, close_after, wait, size, proto;
	bool sweep, bcast, connect;
};

#define MAX_RESULTS 512

struct results {
	struct {
		char host[INET6_ADDRSTRLEN];
		int port;
	} replies[MAX_RESULTS];
	struct {
		char from[INET6_ADDRSTRLEN];
		int type, code, err;
	} errors[MAX_RESULTS];
	int send_errors[MAX_RESULTS];
	int n_replies, n_errors, n_send_errors, sent;
};

static const char help[] = "usage: udp_send ADDR PORT [options]\n"
			   "  -n N            datagrams (default 1)\n"
			   "  --gap S         seconds between them\n"
			   "  --sweep         each to the next port\n"
			   "  --sport PORT    source port\n"
			   "  --ttl N         hop limit\n"
			   "  --proto N       17 (UDP, the default) or 136 (UDP-Lite)\n"
			   "  --size N        bytes of payload (default 5)\n"
			   "  --bcast         SO_BROADCAST\n"
			   "  --connect       connect() first\n"
			   "  --dev NAME      SO_BINDTODEVICE\n"
			   "  --close-after S close the socket after S seconds instead of waiting\n"
			   "  --wait S        how long to wait for what comes back (default 1)\n";

static void parse(int argc, char **argv, struct options *o)
{
	const struct opt opts[] = { OPT_NUMBER("n", &o->count, 1, MAX_RESULTS),
				    OPT_SECONDS("gap", &o->gap),
				    OPT_FLAG("sweep", &o->sweep),
				    OPT_NUMBER("sport", &o->sport, 1, 65535),
				    OPT_NUMBER("ttl", &o->ttl, 1, 255),
				    OPT_NUMBER("proto", &o->proto, 1, 255),
				    OPT_NUMBER("size", &o->size, 0, 65000),
				    OPT_FLAG("bcast", &o->bcast),
				    OPT_FLAG("connect", &o->connect),
				    OPT_TEXT("dev", &o->dev),
				    OPT_SECONDS("wait", &o->wait),
				    OPT_SECONDS("close-after", &o->close_after),
				    {} };

	*o = (struct options){
		.count = 1, .proto = IPPROTO_UDP, .wait = 1000000, .close_after = -1, .size = 5
	};
	o->to = take_addr(take_options(argc, argv, opts, 2, help), 1);
}

static int open_socket(const struct options *o)
{
	bool v6 = o->to.ss.ss_family == AF_INET6;
	struct addr local = to_addr(v6 ? "::" : "0.0.0.0", o->sport);
	int fd = udp_socket(o->to.ss.ss_family, (int)o->proto);

	set_option(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVERR : IP_RECVERR, 1,
		   "RECVERR");
	if (o->ttl)
		set_option(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_UNICAST_HOPS : IP_TTL,
			   o->ttl, "hop limit");
	if (o->bcast)
		set_option(fd, SOL_SOCKET, SO_BROADCAST, 1, "SO_BROADCAST");
	set_device(fd, o->dev);
	udp_bind(fd, &local);
	if (o->connect)
		udp_connect(fd, &o->to);
	return fd;
}

static void send_all(const struct options *o, int fd, struct results *r)
{
	static char payload[65536];

	memset(payload, 'u', sizeof(payload));
	for (long i = 0; i < o->count; i++) {
		struct addr to = o->to;
		ssize_t n;

		if (i && o->gap)
			usleep(o->gap);
		set_port(&to, addr_port(&o->to) + (o->sweep ? i : 0));
		n = o->connect ? send(fd, payload, o->size, 0) :
				 udp_send_to(fd, payload, o->size, &to);
		if (n < 0)
			r->send_errors[r->n_send_errors++] = errno;
		else
			r->sent++;
	}
}

static void read_error(int fd, struct results *r)
{
	char control[512], data[64];
	struct addr name;
	struct iovec iov = { data, sizeof(data) };
	struct msghdr m = { .msg_name = &name.ss,
			    .msg_namelen = sizeof(name.ss),
			    .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };

	if (recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0 || r->n_errors >= MAX_RESULTS)
		return;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		struct sock_extended_err *e = (struct sock_extended_err *)CMSG_DATA(c);
		struct addr from = {};

		if (!(c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) &&
		    !(c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR))
			continue;
		memcpy(&from.ss, SO_EE_OFFENDER(e), sizeof(struct sockaddr_in6));
		r->errors[r->n_errors].type = e->ee_type;
		r->errors[r->n_errors].code = e->ee_code;
		r->errors[r->n_errors].err = e->ee_errno;
		strcpy(r->errors[r->n_errors++].from, addr_host(&from));
	}
}

static void receive(const struct options *o, int fd, struct results *r)
{
	long long end = now_usec() + o->wait;

	while (r->n_replies + r->n_errors < r->sent + r->n_send_errors) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		struct addr from;
		long long left = end - now_usec();
		char buf[2048];

		if (left <= 0 || poll(&p, 1, left / 1000 + 1) < 0)
			return;
		if (p.revents & POLLERR)
			read_error(fd, r);
		if (!(p.revents & POLLIN) || r->n_replies >= MAX_RESULTS)
			continue;
		if (udp_receive(fd, buf, sizeof(buf), MSG_DONTWAIT, &from) < 0)
			continue;
		strcpy(r->replies[r->n_replies].host, addr_host(&from));
		r->replies[r->n_replies++].port = addr_port(&from);
	}
}

static void print(const struct results *r, int sport)
{
	char comm[17] = "";

	prctl(PR_GET_NAME, comm);
	printf("{\"pid\":%d,\"comm\":", getpid());
	put_string(comm);
	printf(",\"sport\":%d,\"sent\":%d,\"send_errors\":[", sport, r->sent);
	for (int i = 0; i < r->n_send_errors; i++)
		printf("%s\"%s\"", i ? "," : "", strerrorname_np(r->send_errors[i]));
	printf("],\"errors\":[");
	for (int i = 0; i < r->n_errors; i++)
		printf("%s{\"errno\":\"%s\",\"type\":%d,\"code\":%d,\"from\":\"%s\"}", i ? "," : "",
		       strerrorname_np(r->errors[i].err), r->errors[i].type, r->errors[i].code,
		       r->errors[i].from);
	printf("],\"replies\":[");
	for (int i = 0; i < r->n_replies; i++)
		printf("%s{\"from\":\"%s\",\"port\":%d}", i ? "," : "", r->replies[i].host,
		       r->replies[i].port);
	puts("]}");
}

int main(int argc, char **argv)
{
	static struct results r;
	struct options o;
	struct addr local;
	int fd;

	parse(argc, argv, &o);
	fd = open_socket(&o);
	send_all(&o, fd, &r);
	local = udp_local(fd);
	if (o.close_after >= 0)
		usleep(o.close_after);
	else
		receive(&o, fd, &r);
	close(fd);
	print(&r, addr_port(&local));
}
