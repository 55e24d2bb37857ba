// SPDX-License-Identifier: GPL-2.0-only
/* nfnl.c - one request, its answers, strictly checked. */
#include "user/enrich/nfnl.h"
#include <arpa/inet.h>
#include <endian.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include "user/base/cleanup.h"

#define TIMEOUT_S    5
#define REQUEST_MAX  2048
#define RECEIVE_ROOM 65536 /* more than the kernel puts into one datagram of a dump */
#define ALIGNED(len) (((len) + 3u) & ~3u)

struct request {
	struct nlmsghdr nlh;
	struct nfgenmsg nfg;
	uint8_t attrs[REQUEST_MAX];
};

struct reply {
	uint32_t seq;
	bool dump;
	bool interrupted; /* the dump is of more than one generation */
	bool done;
	bool enough; /* what is still to come is read, and dropped: the kernel takes no new
		      * request for a dump before that */
	ur_nfnl_fn fn;
	void *arg;
};

bool ur_nla_next(const uint8_t **at, size_t *len, struct ur_nla *nla)
{
	struct nlattr hdr;
	size_t step;

	if (*len < sizeof(hdr))
		return false;
	memcpy(&hdr, *at, sizeof(hdr));
	if (hdr.nla_len < sizeof(hdr) || hdr.nla_len > *len)
		return false;
	nla->type = hdr.nla_type & NLA_TYPE_MASK;
	nla->len = hdr.nla_len - sizeof(hdr);
	nla->data = *at + sizeof(hdr);
	step = ALIGNED(hdr.nla_len) < *len ? ALIGNED(hdr.nla_len) : *len;
	*at += step;
	*len -= step;
	return true;
}

uint32_t ur_nla_be32(const struct ur_nla *nla)
{
	uint32_t value = 0;

	if (nla->len == sizeof(value))
		memcpy(&value, nla->data, sizeof(value));
	return be32toh(value);
}

uint64_t ur_nla_be64(const struct ur_nla *nla)
{
	uint64_t value = 0;

	if (nla->len == sizeof(value))
		memcpy(&value, nla->data, sizeof(value));
	return be64toh(value);
}

void ur_nla_string(const struct ur_nla *nla, char *buf, size_t len)
{
	size_t n = strnlen((const char *)nla->data, nla->len);

	n = n < len - 1 ? n : len - 1;
	memcpy(buf, nla->data, n);
	buf[n] = '\0';
}

/* False when nf_tables is surely not there, so that asking would load it: nfnetlink is a
 * module, hence nf_tables can't be built in, and it isn't among the modules. */
static bool nf_tables_present(void)
{
	return !access("/sys/module/nf_tables", F_OK) ||
	       access("/sys/module/nfnetlink/initstate", F_OK);
}

int ur_nfnl_open(struct ur_nfnl *nl)
{
	const struct timeval timeout = { .tv_sec = TIMEOUT_S };
	ur_cleanup(ur_closep) int fd = -1;
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (!nf_tables_present())
		return -ENOSYS;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) ||
	    connect(fd, (struct sockaddr *)&kernel, sizeof(kernel)))
		return -errno;
	nl->fd = ur_take_fd(&fd);
	return 0;
}

void ur_nfnl_close(struct ur_nfnl *nl)
{
	ur_closep(&nl->fd);
}

static int add_attr(struct request *rq, uint16_t type, const void *data, size_t len)
{
	size_t used = rq->nlh.nlmsg_len - NLMSG_LENGTH(sizeof(rq->nfg));
	struct nlattr hdr = { .nla_len = sizeof(hdr) + len, .nla_type = type };

	if (used + sizeof(hdr) + ALIGNED(len) > sizeof(rq->attrs))
		return -ENAMETOOLONG;
	memcpy(rq->attrs + used, &hdr, sizeof(hdr));
	memcpy(rq->attrs + used + sizeof(hdr), data, len);
	rq->nlh.nlmsg_len += sizeof(hdr) + ALIGNED(len);
	return 0;
}

static int add_arg(struct request *rq, const struct ur_nfnl_arg *arg)
{
	uint64_t number = htobe64(arg->be64);

	if (arg->string)
		return add_attr(rq, arg->type, arg->string, strlen(arg->string) + 1);
	return add_attr(rq, arg->type, &number, sizeof(number));
}

/* The kernel's status in a NLMSG_ERROR or NLMSG_DONE message. */
static int status_of(const struct nlmsghdr *nlh)
{
	int status = 0;

	if (nlh->nlmsg_len >= NLMSG_LENGTH(sizeof(status)))
		memcpy(&status, NLMSG_DATA(nlh), sizeof(status));
	return status < 0 ? status : 0;
}

static int one_message(struct reply *rp, const struct nlmsghdr *nlh)
{
	const uint8_t *payload = NLMSG_DATA(nlh);
	struct nfgenmsg nfg;
	int r;

	if (nlh->nlmsg_seq != rp->seq)
		return 0;
	rp->interrupted |= !!(nlh->nlmsg_flags & NLM_F_DUMP_INTR);
	if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE) {
		rp->done = true;
		return status_of(nlh);
	}
	if (nlh->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES ||
	    nlh->nlmsg_len < NLMSG_LENGTH(sizeof(nfg)))
		return 0;
	memcpy(&nfg, payload, sizeof(nfg));
	rp->done = !rp->dump;
	if (rp->enough)
		return 0;
	r = rp->fn(nfg.nfgen_family, payload + NLMSG_ALIGN(sizeof(nfg)),
		   nlh->nlmsg_len - NLMSG_LENGTH(NLMSG_ALIGN(sizeof(nfg))), rp->arg);
	rp->enough = r > 0;
	return r < 0 ? r : 0;
}

static int one_datagram(struct reply *rp, const uint8_t *buf, size_t len)
{
	int r = 0;

	while (!r && !rp->done && len >= sizeof(struct nlmsghdr)) {
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)buf;
		size_t step = NLMSG_ALIGN(nlh->nlmsg_len);

		if (nlh->nlmsg_len < sizeof(*nlh) || nlh->nlmsg_len > len)
			return -EBADMSG;
		r = one_message(rp, nlh);
		if (step >= len)
			break;
		buf += step;
		len -= step;
	}
	return r;
}

static int receive(int fd, struct reply *rp)
{
	ur_cleanup(ur_freep) uint8_t *buf = malloc(RECEIVE_ROOM);
	time_t deadline = time(NULL) + TIMEOUT_S;
	int r = 0;

	if (!buf)
		return -ENOMEM;
	while (!r && !rp->done) {
		ssize_t n = recv(fd, buf, RECEIVE_ROOM, MSG_TRUNC);

		if (n < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		if (n > RECEIVE_ROOM)
			return -EMSGSIZE;
		r = one_datagram(rp, buf, n);
		if (time(NULL) > deadline)
			return -ETIMEDOUT;
	}
	return !r && rp->interrupted ? -EINTR : r;
}

int ur_nfnl_get(struct ur_nfnl *nl, uint8_t msg, uint8_t family, bool dump,
		const struct ur_nfnl_arg *args, size_t nargs, ur_nfnl_fn fn, void *arg)
{
	struct reply rp = { .seq = ++nl->seq, .dump = dump, .fn = fn, .arg = arg };
	struct request rq = {
		.nlh.nlmsg_len = NLMSG_LENGTH(sizeof(rq.nfg)),
		.nlh.nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | msg,
		.nlh.nlmsg_flags = NLM_F_REQUEST | (dump ? NLM_F_DUMP : 0),
		.nlh.nlmsg_seq = rp.seq,
		.nfg.nfgen_family = family,
		.nfg.version = NFNETLINK_V0,
	};
	int r = 0;

	for (size_t i = 0; !r && i < nargs; i++)
		r = add_arg(&rq, &args[i]);
	if (r)
		return r;
	if (send(nl->fd, &rq, rq.nlh.nlmsg_len, 0) < 0)
		return -errno;
	return receive(nl->fd, &rp);
}
