/* SPDX-License-Identifier: GPL-2.0-only */
/* manager_words.c - the words for rules that another program wrote, and its own commands. */
#include "user/verdict/parts.h"

#include <netinet/in.h>
#include <linux/netfilter.h>
#include <string.h>
#include "user/base/addr.h"
#include "user/base/names.h"

/* What a manager's words are about. */
struct ask {
	const struct ur_evidence *ev;
	const struct ur_managed *m;
	char name[UR_NAME_MAX + 3]; /* m->what as a shell takes it; "" when it can't be typed */
};

static bool hook_is(const struct ur_evidence *ev, unsigned int hook)
{
	return ev->ev.rule.pf != NFPROTO_NETDEV && ev->ev.rule.hook == hook;
}

/* The names of /etc/services that managers take are those of the protocols. */
static const char *proto(const struct ur_evidence *ev)
{
	return ev->packet.proto == IPPROTO_UDP  ? "udp" :
	       ev->packet.proto == IPPROTO_TCP  ? "tcp" :
	       ev->packet.proto == IPPROTO_SCTP ? "sctp" :
						  NULL;
}

/* A port that can be opened: the destination of a packet that begins something. */
static bool has_port(const struct ur_evidence *ev)
{
	return ev->packet.has_ports && proto(ev);
}

/* "namespace/name:port" */
static size_t service_parts(const char *what, const char **name, size_t *name_len)
{
	const size_t space = strcspn(what, "/");

	*name = what[space] ? what + space + 1 : "";
	*name_len = strcspn(*name, ":");
	return space;
}

/* ---- what the rule stands for ---- */

static void say_service(struct ur_buf *out, const struct ur_managed *m)
{
	const char *name;
	size_t len, space = service_parts(m->what, &name, &len);

	ur_buf_add(out, "Service %.*s/%.*s", (int)space, m->what, (int)len, name);
	if (name[len])
		ur_buf_add(out, ", port %s,", name + len + 1);
	ur_buf_add(out, " has no ready endpoints");
}

/* firewalld's chain of a zone itself: what its parts, chains of their own, allow never comes
 * to its end. */
static bool in_zone_end(const struct ur_evidence *ev, const struct ur_managed *m)
{
	const size_t len = strlen(ur_rule_chain(ev)), end = strlen(m->what);

	return m->by == UR_MANAGER_FIREWALLD && len > end &&
	       !strcmp(ur_rule_chain(ev) + len - end, m->what);
}

const char *ur_find_manager(const struct ur_case *c, struct ur_buf *out)
{
	struct ur_managed m;
	const char *title;

	ur_managed_by(c->ev, &m);
	title = ur_manager_title(m.by);
	if (!title || m.kind == UR_MANAGED_RULE)
		return NULL;
	if (!m.proven)
		ur_buf_add(out, "probably: ");
	switch (m.kind) {
	case UR_MANAGED_ZONE:
		ur_buf_add(out,
			   in_zone_end(c->ev, &m) ? "no rule of zone %s of %s allows the packet" :
						    "zone %s of %s",
			   m.what, title);
		break;
	case UR_MANAGED_POLICY:
		ur_buf_add(out, "policy %s of %s", m.what, title);
		break;
	case UR_MANAGED_SERVICE:
		say_service(out, &m);
		break;
	case UR_MANAGED_CLUSTERIP:
		ur_buf_add(out, "the Service with this cluster IP has no such port");
		break;
	case UR_MANAGED_JAIL:
		ur_buf_add(out, "banned by jail %s of %s", m.what, title);
		break;
	case UR_MANAGED_BRIDGE:
		ur_buf_add(out, "%s lets no other packets %s its network of bridge %s", title,
			   !strcmp(m.what, c->ev->ev.rule.oifname) ? "into" : "out of", m.what);
		break;
	case UR_MANAGED_DEFAULT:
		ur_buf_add(out, "the default policy of %s: none of its rules allowed the packet",
			   title);
		break;
	case UR_MANAGED_LIMIT:
		ur_buf_add(out, "%s limits how often one address may connect", title);
		break;
	default:
		ur_buf_add(out, "in the chain of %s for the administrator's own rules", title);
	}
	return "note.manager";
}

/* ---- advice ---- */

/* " in netns x" where the words to enter it are not known. */
static void end_command(struct ur_buf *out, const struct ur_evidence *ev, bool entered)
{
	ur_buf_add(out, "`");
	if (!entered)
		ur_say_in_netns(out, &ev->netns);
}

/* "-A ufw-user-input -p udp -m udp --dport 53 -j REJECT": `ufw allow 53/udp` takes its place,
 * and inserting that would be refused. */
static bool plain_port(const struct ur_evidence *ev)
{
	char want[UR_NAME_MAX * 3];
	struct ur_buf text = UR_BUF(want);

	ur_buf_add(&text, "-A %s -p %s -m %s --dport %u -j REJECT", ur_rule_chain(ev), proto(ev),
		   proto(ev), ev->packet.dport);
	return ev->rule.looked == UR_FOUND && !strncmp(ev->rule.text, want, text.len);
}

/* "allow 53/udp" */
static void say_allow(struct ur_buf *out, const struct ur_evidence *ev)
{
	char dst[UR_ADDR_TEXT];

	ur_buf_add(out, "allow ");
	if (hook_is(ev, NF_INET_FORWARD))
		ur_buf_add(out, "proto %s to %s port %u", proto(ev),
			   ur_addr_text(ev->packet.family, ev->packet.dst, dst), ev->packet.dport);
	else
		ur_buf_add(out, "%s%u/%s", hook_is(ev, NF_INET_LOCAL_OUT) ? "out " : "",
			   ev->packet.dport, proto(ev));
}

/* A rule that the administrator gave stands before one that is added, hence insert. */
static bool advise_ufw(const struct ask *a, struct ur_buf *out)
{
	const struct ur_evidence *ev = a->ev;
	bool insert = a->m->kind == UR_MANAGED_USER;
	bool entered;

	if (!has_port(ev) || a->m->kind == UR_MANAGED_LIMIT || a->m->kind == UR_MANAGED_RULE) {
		ur_buf_add(out, "see its rules with `");
		entered = ur_say_enter(out, ev);
		ur_buf_add(out, "ufw status numbered");
		end_command(out, ev, entered);
		return true;
	}
	ur_buf_add(out, "to allow it: `");
	entered = ur_say_enter(out, ev);
	ur_buf_add(out, "ufw %s%s", hook_is(ev, NF_INET_FORWARD) ? "route " : "",
		   insert && !plain_port(ev) ? "insert 1 " : "");
	say_allow(out, ev);
	end_command(out, ev, entered);
	if (insert && plain_port(ev))
		ur_buf_add(out, "; with `insert 1` where `ufw status` shows the rule without /%s",
			   proto(ev));
	return true;
}

/* Rich rules and ICMP blocks in the deny part come before what is added. */
static bool advise_firewalld(const struct ask *a, struct ur_buf *out)
{
	const struct ur_evidence *ev = a->ev;
	const char *chain = ur_rule_chain(ev);
	const size_t len = strlen(chain);
	const bool deny = len > 5 && !strcmp(chain + len - 5, "_deny");

	if (a->m->kind == UR_MANAGED_POLICY && *a->name)
		ur_buf_add(out, "see what it allows with `firewall-cmd --info-policy=%s`", a->name);
	else if (a->m->kind != UR_MANAGED_ZONE || !*a->name)
		ur_buf_add(out, "see the zones with `firewall-cmd --get-active-zones`");
	else if (has_port(ev) && !deny && hook_is(ev, NF_INET_LOCAL_IN))
		ur_buf_add(out, "to allow it: `firewall-cmd --zone=%s --add-port=%u/%s`", a->name,
			   ev->packet.dport, proto(ev));
	else
		ur_buf_add(out, "see what %s with `firewall-cmd --zone=%s --list-all`",
			   deny ? "rejects it" : "is allowed", a->name);
	return true;
}

static bool advise_kube_proxy(const struct ask *a, struct ur_buf *out)
{
	const char *name;
	size_t len, space = service_parts(a->m->what, &name, &len);

	if (a->m->kind == UR_MANAGED_CLUSTERIP)
		ur_buf_add(out, "see which ports it has with `kubectl get services -A`");
	else if (a->m->kind == UR_MANAGED_SERVICE && !strcmp(a->name, a->m->what) && len)
		ur_buf_add(out,
			   "see why with `kubectl get endpointslices -n %.*s -l "
			   "kubernetes.io/service-name=%.*s`",
			   (int)space, a->m->what, (int)len, name);
	else
		ur_buf_add(out, "see which Service it is with `kubectl get endpointslices -A`");
	return true;
}

static bool advise_fail2ban(const struct ask *a, struct ur_buf *out)
{
	char src[UR_ADDR_TEXT];

	if (!a->ev->packet.family)
		return false;
	ur_buf_add(out, "to end the ban: `fail2ban-client unban %s`",
		   ur_addr_text(a->ev->packet.family, a->ev->packet.src, src));
	return true;
}

static bool advise_libvirt(const struct ask *a, struct ur_buf *out)
{
	(void)a;
	ur_buf_add(out, "see the networks with `virsh net-list --all`, and one of them with "
			"`virsh net-dumpxml NAME`");
	return true;
}

static bool advise_calico(const struct ask *a, struct ur_buf *out)
{
	(void)a;
	ur_buf_add(out, "see the policies with `kubectl get networkpolicies -A` and `calicoctl get "
			"networkpolicy -A`");
	return true;
}

static bool advise_fw4(const struct ask *a, struct ur_buf *out)
{
	if (!has_port(a->ev) || a->m->kind != UR_MANAGED_ZONE || !*a->name ||
	    !hook_is(a->ev, NF_INET_LOCAL_IN)) {
		ur_buf_add(out, "see its zones and rules with `uci show firewall`");
		return true;
	}
	ur_buf_add(out,
		   "to allow it, a rule in /etc/config/firewall: src %s, proto %s, dest_port %u, "
		   "target ACCEPT; then `service firewall reload`",
		   a->name, proto(a->ev), a->ev->packet.dport);
	return true;
}

static bool advise_netavark(const struct ask *a, struct ur_buf *out)
{
	(void)a;
	ur_buf_add(out, "see the networks with `podman network ls`");
	return true;
}

/* All that it rejects ends in a chain "reject": the one that sent it there says why. */
static const char *deciding_chain(const struct ur_evidence *ev)
{
	const char *chain = ur_rule_chain(ev);

	if (strcmp(chain, "reject") != 0 || !ev->way.known || !ev->way.nsteps)
		return chain;
	return ev->way.step[ev->way.nsteps - 1].chain;
}

static bool advise_shorewall(const struct ask *a, struct ur_buf *out)
{
	char text[UR_WAY_CHAIN_MAX + 3];
	struct ur_buf chain = UR_BUF(text);
	bool entered;

	if (!ur_say_shell_word(&chain, deciding_chain(a->ev)) || chain.cut)
		return false;
	ur_buf_add(out, "see the chain with `");
	entered = ur_say_enter(out, a->ev);
	ur_buf_add(out, "shorewall%s show %s", a->ev->packet.family == 6 ? "6" : "", text);
	end_command(out, a->ev, entered);
	ur_buf_add(out, "; what is allowed stands in /etc/shorewall%s/rules",
		   a->ev->packet.family == 6 ? "6" : "");
	return true;
}

bool ur_advise_manager(const struct ur_case *c, struct ur_buf *out)
{
	static bool (*const advise[])(const struct ask *, struct ur_buf *) = {
		[UR_MANAGER_UFW] = advise_ufw,
		[UR_MANAGER_FIREWALLD] = advise_firewalld,
		[UR_MANAGER_KUBE_PROXY] = advise_kube_proxy,
		[UR_MANAGER_FAIL2BAN] = advise_fail2ban,
		[UR_MANAGER_DOCKER] = NULL, /* it has no command for its rules: iptables' own */
		[UR_MANAGER_LIBVIRT] = advise_libvirt,
		[UR_MANAGER_CALICO] = advise_calico,
		[UR_MANAGER_FW4] = advise_fw4,
		[UR_MANAGER_NETAVARK] = advise_netavark,
		[UR_MANAGER_SHOREWALL] = advise_shorewall,
	};
	struct ur_managed m;
	struct ask a = { .ev = c->ev, .m = &m };
	struct ur_buf name = UR_BUF(a.name);

	ur_managed_by(c->ev, &m);
	if (m.what[0] && (!ur_say_shell_word(&name, m.what) || name.cut))
		a.name[0] = '\0';
	return advise[m.by] && advise[m.by](&a, out);
}

void ur_say_manager(struct ur_buf *out, const struct ur_evidence *ev)
{
	struct ur_managed m;

	ur_managed_by(ev, &m);
	if (m.by)
		ur_buf_add(out, "%s's ", ur_manager_title(m.by));
}
