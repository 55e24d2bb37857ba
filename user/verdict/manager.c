/* SPDX-License-Identifier: GPL-2.0-only */
/* manager.c - the names that the programs which write rules give. */
#include "user/verdict/manager.h"
#include <string.h>
#include <linux/netfilter.h>
#include "user/verdict.h"

/* The names of one rule. */
struct names {
	const struct ur_evidence *ev;
	const char *table;
	const char *chain;
	const char *comment; /* "" also when it is of another rule */
	const char *text;    /* likewise */
	bool nft;            /* told by its table, too: iptables has but filter and its like */
};

static bool starts(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

static bool any_of(const char *text, const char *const list[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(text, list[i]))
			return true;
	return false;
}
#define ANY_OF(text, list) any_of((text), (list), sizeof(list) / sizeof(*(list)))

static void take(struct ur_managed *ret, enum ur_managed_kind kind, const char *what, size_t len)
{
	if (!len || len >= sizeof(ret->what))
		return;
	ret->kind = kind;
	memcpy(ret->what, what, len);
	ret->what[len] = '\0';
}

/* ---- one function per program: true when the names are its, and what more they say ---- */

/* "ufw-user-input", and "ufw6-user-input" for IPv6 */
static bool is_ufw(const struct names *n, struct ur_managed *ret)
{
	static const char *const users[] = { "user-input", "user-output", "user-forward" };
	const char *chain = n->chain + (starts(n->chain, "ufw6-") ? 5 : 4);

	if (n->nft || (!starts(n->chain, "ufw-") && !starts(n->chain, "ufw6-")))
		return false;
	if (ANY_OF(chain, users))
		ret->kind = UR_MANAGED_USER;
	else if (!strcmp(chain, "user-limit"))
		ret->kind = UR_MANAGED_LIMIT;
	else if (starts(chain, "skip-to-policy-") || starts(chain, "reject-"))
		ret->kind = UR_MANAGED_DEFAULT;
	return true;
}

/* "filter_IN_public_deny" of nftables, "IN_public_deny" of iptables; "policy_" before the
 * name of a policy. Zones are also dispatched to from "filter_INPUT" and the like. */
static bool is_firewalld(const struct names *n, struct ur_managed *ret)
{
	static const char *const ways[] = { "IN_", "FWD_", "FWDI_", "FWDO_", "OUT_" };
	static const char *const parts[] = { "_pre", "_log", "_deny", "_allow", "_post" };
	const char *name = n->chain + (n->nft && starts(n->chain, "filter_") ? 7 : 0);
	enum ur_managed_kind kind = UR_MANAGED_ZONE;
	bool part = false, way = false;
	size_t len;

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways) && !way; i++) {
		way = starts(name, ways[i]);
		name += way ? strlen(ways[i]) : 0;
	}
	len = strlen(name);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts) && !part; i++) {
		const size_t end = strlen(parts[i]);

		part = len > end && !strcmp(name + len - end, parts[i]);
		len -= part ? end : 0;
	}
	if (n->nft ? strcmp(n->table, "firewalld") != 0 : !way || !part)
		return false;
	if (way && starts(name, "policy_")) {
		kind = UR_MANAGED_POLICY;
		name += strlen("policy_");
		len -= strlen("policy_");
	}
	if (way)
		take(ret, kind, name, len);
	return true;
}

/* `default/web:dns has no endpoints` */
static bool take_service(const char *comment, struct ur_managed *ret)
{
	static const char tail[] = " has no endpoints";
	const size_t len = strlen(comment), end = strlen(tail);

	if (len <= end || strcmp(comment + len - end, tail) != 0 ||
	    memchr(comment, ' ', len - end) || !memchr(comment, '/', len - end))
		return false;
	take(ret, UR_MANAGED_SERVICE, comment, len - end);
	return true;
}

static bool is_kube_proxy(const struct names *n, struct ur_managed *ret)
{
	const struct ur_way *way = &n->ev->way;

	if (!n->nft)
		return starts(n->chain, "KUBE-") && take_service(n->comment, ret);
	if (strcmp(n->table, "kube-proxy") != 0)
		return false;
	if (!strcmp(n->chain, "cluster-ips-check"))
		ret->kind = UR_MANAGED_CLUSTERIP;
	for (uint32_t i = 0; i < way->nmatched && i < UR_MATCHED_MAX; i++) {
		const struct ur_matched *m = &way->matched[i];

		if (!m->map || !starts(m->set, "no-endpoint-") || !strchr(m->comment, '/'))
			continue;
		take(ret, UR_MANAGED_SERVICE, m->comment, strlen(m->comment));
		ret->proven = m->proven;
	}
	return true;
}

/* The word behind @mark. */
static void take_jail(const char *text, const char *mark, struct ur_managed *ret)
{
	const char *at = strstr(text, mark);

	if (at)
		take(ret, UR_MANAGED_JAIL, at + strlen(mark), strcspn(at + strlen(mark), " "));
}

static bool is_fail2ban(const struct names *n, struct ur_managed *ret)
{
	if (starts(n->chain, "f2b-") && !n->nft) {
		take(ret, UR_MANAGED_JAIL, n->chain + 4, strlen(n->chain + 4));
		return true;
	}
	if (n->nft && !strcmp(n->table, "f2b-table")) {
		take_jail(n->text, "@addr-set-", ret);
		take_jail(n->text, "@addr6-set-", ret);
		return true;
	}
	if (n->nft || !strstr(n->text, "--match-set f2b-"))
		return false;
	take_jail(n->text, "--match-set f2b-", ret);
	return true;
}

static bool is_docker(const struct names *n, struct ur_managed *ret)
{
	if (n->nft)
		return !strcmp(n->table, "docker-bridges");
	if (!strcmp(n->chain, "DOCKER-USER"))
		ret->kind = UR_MANAGED_USER;
	return !strcmp(n->chain, "DOCKER") || starts(n->chain, "DOCKER-");
}

/* The bridge is the device on the guests' side. */
static bool is_libvirt(const struct names *n, struct ur_managed *ret)
{
	static const char *const chains[] = { "LIBVIRT_INP", "LIBVIRT_OUT", "LIBVIRT_FWI",
					      "LIBVIRT_FWO", "LIBVIRT_FWX" };
	static const char *const in[] = { "LIBVIRT_FWI", "guest_input" };
	static const char *const out[] = { "LIBVIRT_FWO", "guest_output" };
	const struct ur_rule *r = &n->ev->ev.rule;

	if (n->nft ? strcmp(n->table, "libvirt_network") != 0 : !ANY_OF(n->chain, chains))
		return false;
	if (ANY_OF(n->chain, in))
		take(ret, UR_MANAGED_BRIDGE, r->oifname, strnlen(r->oifname, UR_IFNAME_MAX));
	else if (ANY_OF(n->chain, out))
		take(ret, UR_MANAGED_BRIDGE, r->iifname, strnlen(r->iifname, UR_IFNAME_MAX));
	return true;
}

static bool is_calico(const struct names *n, struct ur_managed *ret)
{
	(void)ret;
	if (n->nft)
		return !strcmp(n->table, "calico");
	return starts(n->chain, "cali-") || starts(n->comment, "cali:");
}

/* "input_wan" leads on to "reject_from_wan", and that to "handle_reject" */
static bool take_fw4_zone(const char *chain, struct ur_managed *ret)
{
	static const char *const ways[] = { "input_",       "forward_",   "output_",
					    "reject_from_", "reject_to_", "drop_from_" };

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		const char *zone = chain + strlen(ways[i]);

		if (!starts(chain, ways[i]))
			continue;
		take(ret, UR_MANAGED_ZONE, zone, strlen(zone));
		return true;
	}
	return false;
}

static bool is_fw4(const struct names *n, struct ur_managed *ret)
{
	const struct ur_way *way = &n->ev->way;

	if (!n->nft || strcmp(n->table, "fw4") != 0)
		return false;
	if (take_fw4_zone(n->chain, ret))
		return true;
	for (uint32_t i = way->known ? way->nsteps : 0; i-- > 0;) {
		if (!take_fw4_zone(way->step[i].chain, ret))
			continue;
		ret->proven = way->proven;
		break;
	}
	return true;
}

static bool is_netavark(const struct names *n, struct ur_managed *ret)
{
	(void)ret;
	return n->nft ? !strcmp(n->table, "netavark") : starts(n->chain, "NETAVARK");
}

/* Its chains have names of all kinds, but one of them has its own. Tables of iptables are
 * shared: what others put into chains of theirs was told before. */
static bool is_shorewall(const struct names *n, struct ur_managed *ret)
{
	(void)ret;
	return !n->nft && (n->ev->way.marks & UR_MARK_SHOREWALL);
}

static const struct {
	bool (*is)(const struct names *, struct ur_managed *);
	const char *name, *title;
} managers[] = {
	[UR_MANAGER_NONE] = {},
	[UR_MANAGER_UFW] = { is_ufw, "ufw", "ufw" },
	[UR_MANAGER_FIREWALLD] = { is_firewalld, "firewalld", "firewalld" },
	[UR_MANAGER_KUBE_PROXY] = { is_kube_proxy, "kube-proxy", "kube-proxy" },
	[UR_MANAGER_FAIL2BAN] = { is_fail2ban, "fail2ban", "fail2ban" },
	[UR_MANAGER_DOCKER] = { is_docker, "docker", "Docker" },
	[UR_MANAGER_LIBVIRT] = { is_libvirt, "libvirt", "libvirt" },
	[UR_MANAGER_CALICO] = { is_calico, "calico", "Calico" },
	[UR_MANAGER_FW4] = { is_fw4, "fw4", "OpenWrt fw4" },
	[UR_MANAGER_NETAVARK] = { is_netavark, "netavark", "netavark" },
	[UR_MANAGER_SHOREWALL] = { is_shorewall, "shorewall", "Shorewall" },
};
_Static_assert(sizeof(managers) / sizeof(managers[0]) == UR_MANAGER_MAX_, "name every manager");

void ur_managed_by(const struct ur_evidence *ev, struct ur_managed *ret)
{
	const struct ur_rule_text *rule = &ev->rule;
	const struct names n = {
		.ev = ev,
		.table = ur_rule_table(ev),
		.chain = ur_rule_chain(ev),
		.comment = rule->looked != UR_CHANGED ? rule->comment : "",
		.text = rule->looked == UR_FOUND ? rule->text : "",
		.nft = ur_origin(ev) == UR_ORIGIN_NFT,
	};

	*ret = (struct ur_managed){ .proven = true };
	if (!ur_by_rule(ev) || !*n.chain)
		return;
	for (int i = UR_MANAGER_NONE + 1; i < UR_MANAGER_MAX_ && !ret->by; i++)
		if (managers[i].is(&n, ret))
			ret->by = i;
}

const char *ur_manager_name(enum ur_manager by)
{
	return managers[(unsigned)by < UR_MANAGER_MAX_ ? by : UR_MANAGER_NONE].name;
}

const char *ur_manager_title(enum ur_manager by)
{
	return managers[(unsigned)by < UR_MANAGER_MAX_ ? by : UR_MANAGER_NONE].title;
}

const char *ur_managed_kind_name(enum ur_managed_kind kind)
{
	static const char *const names[] = {
		[UR_MANAGED_ZONE] = "zone",       [UR_MANAGED_POLICY] = "policy",
		[UR_MANAGED_SERVICE] = "service", [UR_MANAGED_CLUSTERIP] = "cluster-ip",
		[UR_MANAGED_JAIL] = "jail",       [UR_MANAGED_BRIDGE] = "bridge",
		[UR_MANAGED_DEFAULT] = "default", [UR_MANAGED_LIMIT] = "limit",
		[UR_MANAGED_USER] = "user",
	};

	return (unsigned)kind < sizeof(names) / sizeof(names[0]) ? names[kind] : NULL;
}
