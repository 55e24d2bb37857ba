// SPDX-License-Identifier: GPL-2.0-only
/* udp_listen - a UDP service that answers every datagram, or fails to in a chosen way. */
#define _GNU_SOURCE
#include "bpf.h"
#include "options.h"
#include "udp.h"

#include <linux/filter.h>
#include <poll.h>
#include <sys/resource.h>

#define MAX_SOCKETS 2000

struct options {
	struct addr local, peer, reply_from;
	const char *dev, *index_dev, *unicast_if, *reuseport_bpf;
	long proto, v6only, rcvbuf, count, delay;
	bool noread, mute, filter0, reuseport;
};

static const char help[] =
	"usage: udp_listen ADDR[%DEV] PORT [options]\n"
	"  --v6only 0|1           IPV6_V6ONLY\n"
	"  --dev NAME             SO_BINDTODEVICE\n"
	"  --dev-index NAME       the same by number: SO_BINDTOIFINDEX\n"
	"  --unicast-if NAME      IP_UNICAST_IF or IPV6_UNICAST_IF, which binds to nothing\n"
	"  --peer ADDR/PORT       connect() to that peer\n"
	"  --count N              N sockets alike, with --peer each to the next port of it\n"
	"  --rcvbuf N             SO_RCVBUF\n"
	"  --noread               never read\n"
	"  --mute                 read, but never answer\n"
	"  --filter0              a socket filter that drops everything\n"
	"  --reuseport            SO_REUSEPORT\n"
	"  --reuseport-bpf WHICH  and a program for the group: \"drop\", \"pass\" (chooses no\n"
	"                         socket), or \"classic\" BPF that names one that is not there\n"
	"  --delay S              answer S seconds late\n"
	"  --reply-from ADDR/PORT answer from another address\n"
	"  --proto N              17 (UDP, the default) or 136 (UDP-Lite)\n"
	"  --comm NAME            process name\n";

static void parse(int argc, char **argv, struct options *o)
{
	const struct opt opts[] = { OPT_NUMBER("v6only", &o->v6only, 0, 1),
				    OPT_TEXT("dev", &o->dev),
				    OPT_TEXT("dev-index", &o->index_dev),
				    OPT_TEXT("unicast-if", &o->unicast_if),
				    OPT_PEER("peer", &o->peer),
				    OPT_NUMBER("count", &o->count, 1, MAX_SOCKETS),
				    OPT_NUMBER("rcvbuf", &o->rcvbuf, 1, 1 << 30),
				    OPT_FLAG("noread", &o->noread),
				    OPT_FLAG("mute", &o->mute),
				    OPT_FLAG("filter0", &o->filter0),
				    OPT_FLAG("reuseport", &o->reuseport),
				    OPT_TEXT("reuseport-bpf", &o->reuseport_bpf),
				    OPT_SECONDS("delay", &o->delay),
				    OPT_PEER("reply-from", &o->reply_from),
				    OPT_NUMBER("proto", &o->proto, 1, 255),
				    OPT_COMM("comm"),
				    {} };
	const char *which;

	*o = (struct options){ .proto = IPPROTO_UDP, .v6only = -1, .count = 1 };
	o->local = take_addr(take_options(argc, argv, opts, 2, help), 0);
	which = o->reuseport_bpf;
	if (which && strcmp(which, "drop") && strcmp(which, "pass") && strcmp(which, "classic"))
		bad_usage("--reuseport-bpf: drop, pass or classic, not '%s'", which);
	o->reuseport = o->reuseport || which;
}

static void set_devices(const struct options *o, int fd, int family)
{
	set_device(fd, o->dev);
	if (o->index_dev)
		set_option(fd, SOL_SOCKET, SO_BINDTOIFINDEX, device_index(o->index_dev),
			   "SO_BINDTOIFINDEX");
	if (o->unicast_if && family == AF_INET6)
		set_option(fd, IPPROTO_IPV6, IPV6_UNICAST_IF,
			   (int)htonl(device_index(o->unicast_if)), "IPV6_UNICAST_IF");
	else if (o->unicast_if)
		set_option(fd, IPPROTO_IP, IP_UNICAST_IF, (int)htonl(device_index(o->unicast_if)),
			   "IP_UNICAST_IF");
}

static void set_group_program(int fd, const char *which)
{
	struct sock_filter none = BPF_STMT(BPF_RET | BPF_K, 9999);
	struct sock_fprog classic = { .len = 1, .filter = &none };

	if (strcmp(which, "classic"))
		set_option(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF,
			   bpf_reuseport(!strcmp(which, "drop")), "SO_ATTACH_REUSEPORT_EBPF");
	else if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &classic, sizeof(classic)))
		die("SO_ATTACH_REUSEPORT_CBPF");
}

static int open_socket(const struct options *o, const struct addr *local)
{
	struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog prog = { .len = 1, .filter = &drop };
	int fd = udp_socket(local->ss.ss_family, (int)o->proto);

	if (o->v6only >= 0)
		set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, (int)o->v6only, "IPV6_V6ONLY");
	if (o->reuseport)
		set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT");
	if (o->rcvbuf)
		set_option(fd, SOL_SOCKET, SO_RCVBUF, (int)o->rcvbuf, "SO_RCVBUF");
	if (o->filter0 && setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)))
		die("SO_ATTACH_FILTER");
	set_devices(o, fd, local->ss.ss_family);
	udp_bind(fd, local);
	if (o->reuseport_bpf)
		set_group_program(fd, o->reuseport_bpf);
	return fd;
}

/* The @i-th socket; with a peer it is connected to the peer's @i-th port. */
static int open_service(const struct options *o, int i)
{
	struct addr peer = o->peer;
	int fd = open_socket(o, &o->local);

	if (!peer.len)
		return fd;
	set_port(&peer, addr_port(&peer) + i);
	udp_connect(fd, &peer);
	return fd;
}

static void answer(const struct options *o, int fd, int reply_fd)
{
	static char buf[65536];
	struct addr from;
	ssize_t n = udp_receive(fd, buf, sizeof(buf), 0, &from);

	if (n < 0)
		return; /* an ICMP error for an earlier answer */
	printf("{\"got\":%zd,\"from\":\"%s\",\"port\":%d}\n", n, addr_host(&from),
	       addr_port(&from));
	fflush(stdout);
	if (o->mute)
		return;
	if (o->delay)
		usleep(o->delay);
	if (udp_send_to(reply_fd, "reply", 5, &from) < 0)
		fprintf(stderr, "udp_listen: answer to %s: %s\n", addr_host(&from),
			strerror(errno));
}

static void serve(const struct options *o, struct pollfd *fds, int reply_fd)
{
	while (poll(fds, o->count, -1) >= 0)
		for (int i = 0; i < o->count; i++)
			if (fds[i].revents)
				answer(o, fds[i].fd, reply_fd < 0 ? fds[i].fd : reply_fd);
	die("poll");
}

int main(int argc, char **argv)
{
	static struct pollfd fds[MAX_SOCKETS];
	const struct rlimit many = { MAX_SOCKETS + 64, MAX_SOCKETS + 64 };
	struct options o;
	int reply_fd = -1;

	parse(argc, argv, &o);
	if (o.count > 512 && setrlimit(RLIMIT_NOFILE, &many))
		die("RLIMIT_NOFILE");
	for (int i = 0; i < o.count; i++)
		fds[i] = (struct pollfd){ .fd = open_service(&o, i), .events = POLLIN };
	if (o.reply_from.len)
		reply_fd = open_socket(&o, &o.reply_from);
	o.local = udp_local(fds[0].fd);
	put_ready(&o.local);
	while (o.noread)
		pause();
	serve(&o, fds, reply_fd);
}
