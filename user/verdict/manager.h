/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* manager.h - the program that wrote a firewall rule, by the names that it gives. Pure.
 *
 * Only the rule's own table, chain, comment and sets count, and only names that these
 * programs reserve for themselves: who jumps there may be somebody else.
 */
#include "user/evidence.h"

enum ur_manager {
	UR_MANAGER_NONE,
	UR_MANAGER_UFW,
	UR_MANAGER_FIREWALLD,
	UR_MANAGER_KUBE_PROXY,
	UR_MANAGER_FAIL2BAN,
	UR_MANAGER_DOCKER,
	UR_MANAGER_LIBVIRT,
	UR_MANAGER_CALICO,
	UR_MANAGER_FW4,
	UR_MANAGER_NETAVARK,
	UR_MANAGER_SHOREWALL,
	UR_MANAGER_MAX_,
};

/* What the rule stands for in the manager's own terms. */
enum ur_managed_kind {
	UR_MANAGED_RULE,      /* nothing more is known */
	UR_MANAGED_ZONE,      /* what[] is its name; likewise below */
	UR_MANAGED_POLICY,    /* firewalld: between zones */
	UR_MANAGED_SERVICE,   /* Kubernetes: "namespace/name:port", has no endpoints */
	UR_MANAGED_CLUSTERIP, /* Kubernetes: the Service has no such port */
	UR_MANAGED_JAIL,
	UR_MANAGED_BRIDGE,  /* libvirt: of the guests */
	UR_MANAGED_DEFAULT, /* ufw: what no rule took */
	UR_MANAGED_LIMIT,   /* ufw: too many connections */
	UR_MANAGED_USER,    /* Docker, ufw: written by the administrator */
};

struct ur_managed {
	enum ur_manager by;
	enum ur_managed_kind kind;
	bool proven;            /* that kind and what; else they rest on the way being likely */
	char what[UR_NAME_MAX]; /* "": not known */
};

/* Who wrote the rule of @ev. Always fills *@ret, at worst with UR_MANAGER_NONE. */
void ur_managed_by(const struct ur_evidence *ev, struct ur_managed *ret);

/* "ufw", "kube-proxy", ...: stable, in JSON; NULL for none. And as a title. */
const char *ur_manager_name(enum ur_manager by);
const char *ur_manager_title(enum ur_manager by);

/* "zone", "service", ...: stable, in JSON; NULL where nothing more is known. */
const char *ur_managed_kind_name(enum ur_managed_kind kind);
