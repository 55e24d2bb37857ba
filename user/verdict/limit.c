/* SPDX-License-Identifier: GPL-2.0-only */
/* limit.c - what kept the answer back: a limit, and how to lift it; an output rule. */
#include "user/verdict/parts.h"

#include <linux/netfilter.h>
#include <string.h>
#include "user/base/names.h"

/* What has to be 0, or more, for all answers to leave. */
static const char *remedy(const struct ur_event *ev)
{
	bool six = ev->family == 6;

	if (ev->window & UR_WIN_GLOBAL_DENY)
		return "net.ipv4.icmp_msgs_per_sec=100000 net.ipv4.icmp_msgs_burst=100000";
	if (ev->window & UR_WIN_PEER_DENY)
		return six ? "net.ipv6.icmp.ratelimit=0" : "net.ipv4.icmp_ratelimit=0";
	return "net.ipv4.route.error_cost=0";
}

static void say_settings(const struct ur_limit *limit, struct ur_buf *out)
{
	const char *before = "";

	for (int i = 0; i < UR_SETTINGS_MAX; i++) {
		const struct ur_setting *s = &limit->setting[i];

		if (!s->name[0])
			continue;
		ur_buf_add(out, "%s%s=", before, s->name);
		ur_buf_add_safe(out, s->value);
		ur_buf_add(out, "%s", s->of_host ? " (of the host)" : "");
		before = ", ";
	}
}

const char *ur_find_limit(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_limit *limit = &c->ev->limit;
	bool of_host = false, entered = true;

	if (limit->looked == UR_NOT_ASKED)
		return NULL;
	ur_buf_add(out, "the limit that kept the answer back: ");
	if (limit->looked != UR_FOUND) {
		ur_buf_add(out, "its settings could not be read: ");
		ur_buf_add_safe(out, limit->reason);
		return "note.limit";
	}
	say_settings(limit, out);
	for (int i = 0; i < UR_SETTINGS_MAX; i++)
		of_host |= limit->setting[i].of_host;
	ur_buf_add(out, "; to see all answers for a while: `");
	if (!of_host)
		entered = ur_say_enter(out, c->ev);
	ur_buf_add(out, "sysctl -w %s`", remedy(&c->ev->ev));
	if (!entered)
		ur_say_in_netns(out, &c->ev->netns);
	return "note.limit";
}

/* `ip netns exec srv nft -a list ruleset` */
static void say_listing(const struct ur_evidence *ev, struct ur_buf *out)
{
	bool entered;

	ur_buf_add(out, "`");
	entered = ur_say_enter(out, ev);
	ur_buf_add(out, "nft -a list ruleset`");
	if (ev->dropper.legacy_too) {
		ur_buf_add(out, ", `");
		ur_say_enter(out, ev);
		ur_buf_add(out, "ip%stables-legacy-save`", ev->ev.family == 6 ? "6" : "");
	}
	if (!entered)
		ur_say_in_netns(out, &ev->netns);
}

static const char *engine_of(const struct ur_dropper *d)
{
	switch (d->rule.family) {
	case NFPROTO_IPV4:
		return d->legacy ? "iptables-legacy" : "nft ip";
	case NFPROTO_IPV6:
		return d->legacy ? "ip6tables-legacy" : "nft ip6";
	default:
		return "nft inet";
	}
}

/* IP output took it, and the device did not: NET_XMIT_DROP. */
static void say_device(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_dropper *d = &c->ev->dropper;

	ur_buf_add(out, "the answer left IP and was dropped at ");
	ur_buf_add_safe(out, d->dev);
	if (d->looked == UR_FOUND) {
		ur_buf_add(out, ", likely by ");
		ur_say_tc(out, &d->tc);
		ur_buf_add(out, "; else its queue was full");
	} else if (d->could) {
		ur_buf_add(out, ", by one of %u tc filters there, or since its queue was full",
			   d->could);
	} else {
		ur_buf_add(out, ": it has no tc filter, so its queue was full, or the driver "
				"refused it");
	}
	ur_buf_add(out, "; see `");
	ur_say_enter(out, c->ev);
	ur_buf_add(out, "tc -s filter show dev ");
	ur_say_shell_word(out, d->dev);
	ur_buf_add(out, " egress`, and `tc -s qdisc`");
}

const char *ur_find_dropper(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_dropper *d = &c->ev->dropper;

	if (d->looked == UR_NOT_ASKED)
		return NULL;
	if (d->dev[0] && d->looked != UR_COULD_NOT) {
		say_device(c, out);
		return "note.dropped-by";
	}
	if (d->looked == UR_FOUND) {
		ur_buf_add(out, "the answer was likely dropped by %s of %s ",
			   d->policy ? "the policy" : "a rule", engine_of(d));
		ur_buf_add_safe(out, d->rule.table);
		ur_buf_add(out, " ");
		ur_buf_add_safe(out, d->rule.chain);
		if (!d->policy) {
			ur_buf_add(out, d->legacy ? " number %llu: " : " handle %llu: ",
				   d->legacy ? (unsigned long long)d->number :
					       (unsigned long long)d->rule.handle);
			ur_buf_add_safe(out, d->rule.text);
		}
		ur_buf_add(out, "; no other on its way out could have");
		return "note.dropped-by";
	}
	ur_buf_add(out, "the answer was dropped on its way out, which rule did it is not known: ");
	if (d->looked == UR_COULD_NOT)
		ur_buf_add_safe(out, d->reason);
	else if (d->could)
		ur_buf_add(out, "%u could have", d->could);
	else
		ur_buf_add(out, "none that is there now could have");
	ur_buf_add(out, "; look for drop and reject at hooks output and postrouting: ");
	say_listing(c->ev, out);
	return "note.dropped-by";
}
