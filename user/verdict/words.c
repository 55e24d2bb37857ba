/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/verdict/parts.h"

#include <netinet/in.h>
#include <string.h>
#include "user/base/addr.h"
#include "user/verdict/encap.h"
#include "user/base/names.h"
#include "user/verdict/place.h"

static const char plain_chars[] = "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789_-.:/@+%,=";

/* A name that needs no quotes, neither in a sentence nor in a shell. */
static bool plain(const char *word)
{
	return *word && *word != '-' && word[strspn(word, plain_chars)] == '\0';
}

/* A process can call itself "sshd (pid 1)": quotes show where its own words end. */
static void say_comm(struct ur_buf *out, const char *comm)
{
	ur_buf_add(out, plain(comm) ? "%.*s" : "\"%.*s\"", UR_COMM_MAX, comm);
}

bool ur_say_owners(struct ur_buf *out, const struct ur_owners *owners)
{
	if (owners->looked != UR_FOUND || !owners->n)
		return false;
	say_comm(out, owners->one[0].comm);
	if (owners->one[0].pid) {
		ur_buf_add(out, " (pid %d", owners->one[0].pid);
		ur_say_place(out, &owners->one[0].place);
		ur_buf_add(out, ")");
	}
	if (owners->total > 1)
		ur_buf_add(out, " and %u more", owners->total - 1);
	return true;
}

static void say_holder(struct ur_buf *out, const struct ur_owners *owners, uint32_t uid)
{
	if (ur_say_owners(out, owners))
		return;
	if (owners->looked == UR_FOUND_NONE)
		ur_buf_add(out, "a socket that no process holds any more");
	else
		ur_buf_add(out, "a socket of uid %u", uid);
}

static void say_kernel_socket(struct ur_buf *out, const char *symbol)
{
	const struct ur_encap *encap = ur_encap_find(symbol);

	if (encap)
		ur_buf_add(out, "the kernel's %s socket", encap->title);
	else if (*symbol)
		ur_buf_add(out, "a kernel socket of %.*s()", (int)ur_symbol_length(symbol), symbol);
	else
		ur_buf_add(out, "a kernel socket");
}

void ur_say_socket(struct ur_buf *out, const struct ur_evidence *ev, int i)
{
	if (ev->ev.socks[i].flags & UR_SK_KERNEL)
		say_kernel_socket(out, ev->encap[i]);
	else
		say_holder(out, &ev->socks[i], ev->ev.socks[i].uid);
}

void ur_say_listener(struct ur_buf *out, const struct ur_listener *listener)
{
	say_holder(out, &listener->owners, listener->uid);
}

static void say_endpoint(struct ur_buf *out, uint8_t version, const uint8_t addr[16], uint16_t port)
{
	char text[UR_ENDPOINT_TEXT];

	ur_buf_add(out, "%s", ur_endpoint_text(version, addr, port, text));
}

void ur_say_dst(struct ur_buf *out, const struct ur_evidence *ev)
{
	say_endpoint(out, ev->packet.family, ev->packet.dst, ev->packet.dport);
}

void ur_say_src(struct ur_buf *out, const struct ur_evidence *ev)
{
	say_endpoint(out, ev->packet.family, ev->packet.src, ev->packet.sport);
}

static void say_sock_endpoint(struct ur_buf *out, const struct ur_sock *sk, const uint8_t addr[16],
			      uint16_t port)
{
	uint8_t plain_addr[16], version = ur_addr_plain(sk->family, addr, plain_addr);

	say_endpoint(out, version, plain_addr, port);
}

void ur_say_local(struct ur_buf *out, const struct ur_sock *sk)
{
	say_sock_endpoint(out, sk, sk->local, sk->port);
}

void ur_say_peer(struct ur_buf *out, const struct ur_sock *sk)
{
	say_sock_endpoint(out, sk, sk->peer, sk->peer_port);
}

void ur_say_proto(struct ur_buf *out, const struct ur_evidence *ev)
{
	char buf[UR_NUMBER_TEXT];

	ur_buf_add(out, "%s", ur_proto_title(ev->packet.proto, buf));
}

void ur_say_program(struct ur_buf *out, const struct ur_owners *owners, const char *otherwise)
{
	if (owners->looked == UR_FOUND && owners->n)
		say_comm(out, owners->one[0].comm);
	else
		ur_buf_add(out, "%s", otherwise);
}

static bool host(const struct ur_netns *netns)
{
	return netns->looked == UR_FOUND && strcmp(netns->name, "host") == 0;
}

void ur_say_in_netns(struct ur_buf *out, const struct ur_netns *netns)
{
	if (host(netns))
		return;
	if (netns->looked == UR_FOUND)
		ur_buf_add(out, plain(netns->name) ? " in netns %s" : " in netns \"%s\"",
			   netns->name);
	else
		ur_buf_add(out, " in netns %u", netns->inum);
}

/* Docker's names are the first 12 hex digits of the sandbox; `ip netns` does not know them. */
static bool docker_name(const char *name)
{
	return strlen(name) == 12 && name[strspn(name, "0123456789abcdef")] == '\0';
}

/* A process that lives in the packet's namespace: one that holds a socket there. */
static int32_t inhabitant(const struct ur_evidence *ev)
{
	for (int i = 0; i < ev->ev.nsocks; i++)
		if (ev->socks[i].looked == UR_FOUND && ev->socks[i].n)
			return ev->socks[i].one[0].pid;
	for (uint32_t i = 0; i < ev->tcp.n; i++)
		if (ev->tcp.one[i].owners.looked == UR_FOUND && ev->tcp.one[i].owners.n)
			return ev->tcp.one[i].owners.one[0].pid;
	if (ev->sender.looked == UR_FOUND && ev->sender.n)
		return ev->sender.one[0].pid;
	return 0;
}

bool ur_say_enter_netns(struct ur_buf *out, const struct ur_netns *netns)
{
	const char *name = netns->name;

	if (host(netns))
		return true;
	if (netns->looked != UR_FOUND || !plain(name) || strchr(name, '/'))
		return false;
	ur_buf_add(out,
		   docker_name(name) ? "nsenter --net=/run/docker/netns/%s " : "ip netns exec %s ",
		   name);
	return true;
}

bool ur_say_enter(struct ur_buf *out, const struct ur_evidence *ev)
{
	int32_t pid = inhabitant(ev);

	if (ur_say_enter_netns(out, &ev->netns))
		return true;
	if (pid > 0)
		ur_buf_add(out, "nsenter -n -t %d ", pid);
	return pid > 0;
}

/* Where the words to enter the namespace are not known, say which one it is. */
static void close_command(struct ur_buf *out, const struct ur_evidence *ev, bool entered)
{
	ur_buf_add(out, "`");
	if (!entered)
		ur_say_in_netns(out, &ev->netns);
}

void ur_say_ss(struct ur_buf *out, const struct ur_evidence *ev)
{
	bool entered;

	ur_buf_add(out, "`");
	entered = ur_say_enter(out, ev);
	if (ev->packet.proto == IPPROTO_UDPLITE)
		ur_buf_add(out, "cat /proc/net/udplite%s", ev->packet.family == 6 ? "6" : "");
	else if (ev->packet.proto == IPPROTO_TCP)
		ur_buf_add(out, "ss -tlnp 'sport = :%u'", ev->packet.dport);
	else
		ur_buf_add(out, "ss -uanp 'sport = :%u'", ev->packet.dport);
	close_command(out, ev, entered);
}

bool ur_say_shell_word(struct ur_buf *out, const char *word)
{
	if (plain(word)) {
		ur_buf_add(out, "%s", word);
		return true;
	}
	for (const char *p = word; *p; p++)
		if ((unsigned char)*p < ' ' || (unsigned char)*p > '~' || *p == '\'' || *p == '`')
			return false;
	if (*word == '\0' || *word == '-')
		return false;
	ur_buf_add(out, "'%s'", word);
	return true;
}

void ur_say_target(struct ur_buf *out, const struct ur_evidence *ev)
{
	char text[UR_ADDR_TEXT];

	if (ev->packet.family)
		ur_buf_add(out, "%s", ur_addr_text(ev->packet.family, ev->packet.dst, text));
	else
		ur_buf_add(out, "its destination");
	ur_say_in_netns(out, &ev->netns);
}

void ur_say_tc(struct ur_buf *out, const struct ur_tc *tc)
{
	if (tc->prog)
		ur_buf_add(out, "the BPF program ");
	else
		ur_buf_add(out, "the filter ");
	ur_buf_add_safe(out, tc->name[0] ? tc->name : tc->kind);
	if (tc->prog)
		ur_buf_add(out, " (id %u)", tc->prog);
	else
		ur_buf_add(out, " (pref %u)", tc->pref);
	if (strcmp(tc->kind, "xdp") != 0)
		ur_buf_add(out, " at tc %s of ", tc->egress ? "egress" : "ingress");
	else
		ur_buf_add(out, " at ");
	ur_buf_add_safe(out, tc->dev);
}
