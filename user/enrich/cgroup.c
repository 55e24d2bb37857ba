// SPDX-License-Identifier: GPL-2.0-only
/* cgroup.c - strict patterns over the folders of a path. */
#include "user/enrich/cgroup.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define ID_LEN     64 /* hexadecimal digits of a container's id */
#define ID_CUT_MIN 12 /* as the runtimes' own tools shorten it */
#define UUID_LEN   36
#define HASH_LEN   32 /* uid of a static pod: a hash of its manifest */

#define DIGITS "0123456789"
#define HEX    DIGITS "abcdef"
#define NAME   DIGITS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:-_."

/* Bytes of a path, not terminated. */
struct part {
	const char *at;
	size_t len;
};

/* One path on its way to a place. */
struct walk {
	struct ur_place *place;
	struct part before; /* the folder above; empty for the first */
	bool unified;       /* a path of version 2 */
	bool cut;           /* the name may go on */
};

/* "docker-<id>.scope": by the systemd driver; the same without ".scope" by the cgroupfs
 * driver of those that keep the prefix. */
static const struct {
	const char *prefix;
	const char *runtime;
} runtimes
	[] = {
		{ "docker-", "docker" },         { "cri-containerd-", "containerd" },
		{ "nerdctl-", "containerd" },    { "crio-", "cri-o" },
		{ "libpod-payload-", "podman" }, /* podman run --cgroups=split, below a service */
		{ "libpod-", "podman" },
	};
#define RUNTIMES (sizeof(runtimes) / sizeof(runtimes[0]))

static bool is(struct part p, const char *text)
{
	return p.len == strlen(text) && !memcmp(p.at, text, p.len);
}

static bool only(struct part p, const char *chars)
{
	for (size_t i = 0; i < p.len; i++)
		if (!p.at[i] || !strchr(chars, p.at[i]))
			return false;
	return p.len;
}

static bool strip_start(struct part *p, const char *text)
{
	const size_t len = strlen(text);

	if (p->len < len || memcmp(p->at, text, len) != 0)
		return false;
	p->at += len;
	p->len -= len;
	return true;
}

static bool strip_end(struct part *p, const char *text)
{
	const size_t len = strlen(text);

	if (p->len < len || memcmp(p->at + p->len - len, text, len) != 0)
		return false;
	p->len -= len;
	return true;
}

static void set(char *to, size_t cap, struct part p)
{
	snprintf(to, cap, "%.*s", p.len < cap ? (int)p.len : (int)cap - 1, p.at);
}

/* What stands in the path above a container is about who runs it. */
static void set_container(struct walk *w, const char *runtime, struct part id)
{
	struct ur_place *place = w->place;

	snprintf(place->runtime, sizeof(place->runtime), "%s", runtime);
	set(place->container, sizeof(place->container), id);
	place->unit[0] = '\0';
}

static bool is_id(const struct walk *w, struct part p)
{
	return only(p, HEX) && (p.len == ID_LEN || (w->cut && p.len >= ID_CUT_MIN));
}

/* ---- Kubernetes ---- */

/* A uid, with '_' for '-' where '-' means something else. */
static bool is_pod_uid(struct part p)
{
	if (p.len == HASH_LEN)
		return only(p, HEX);
	if (p.len != UUID_LEN)
		return false;
	for (size_t i = 0; i < p.len; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (!strchr(dash ? "-_" : HEX, p.at[i]) || !p.at[i])
			return false;
	}
	return true;
}

static void set_pod(struct walk *w, struct part uid)
{
	char *to = w->place->pod_uid;

	set(to, sizeof(w->place->pod_uid), uid);
	for (; *to; to++)
		if (*to == '_')
			*to = '-';
}

/* "kubepods-burstable-pod<uid>.slice", and in kind "kubelet-kubepods-...". */
static bool pod_slice(struct walk *w, struct part p)
{
	static const char *const starts[] = { "kubepods-", "kubelet-kubepods-" };
	static const char *const classes[] = { "burstable-", "besteffort-", "" };
	bool kube = false;

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]) && !kube; i++)
		kube = strip_start(&p, starts[i]);
	for (size_t i = 0; kube && i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strip_start(&p, classes[i]))
			break;
	if (!kube || !strip_start(&p, "pod"))
		return false;
	if (w->cut && p.len >= UUID_LEN && is_pod_uid((struct part){ p.at, UUID_LEN }))
		p.len = UUID_LEN;
	else if (!strip_end(&p, ".slice"))
		return false;
	if (!is_pod_uid(p))
		return false;
	set_pod(w, p);
	return true;
}

/* "/kubepods/burstable/pod<uid>": by the cgroupfs driver. */
static bool pod_folder(struct walk *w, struct part p)
{
	if (!is(w->before, "kubepods") && !is(w->before, "burstable") &&
	    !is(w->before, "besteffort"))
		return false;
	if (!strip_start(&p, "pod") || !is_pod_uid(p))
		return false;
	set_pod(w, p);
	return true;
}

/* ---- containers ---- */

static bool runtime_folder(struct walk *w, struct part p)
{
	for (size_t i = 0; i < RUNTIMES; i++) {
		struct part id = p;

		if (!strip_start(&id, runtimes[i].prefix))
			continue;
		strip_end(&id, ".scope");
		if (!is_id(w, id))
			continue;
		if (!strcmp(runtimes[i].prefix, "libpod-payload-")) {
			struct ur_place outside = *w->place;

			set_container(w, runtimes[i].runtime, id);
			memcpy(w->place->unit, outside.unit, sizeof(outside.unit));
		} else {
			set_container(w, runtimes[i].runtime, id);
		}
		return true;
	}
	return false;
}

/* "slice:runtime:id", meant for the systemd driver and taken as a folder's name by the
 * cgroupfs one, wherever the runtime's own cgroup is. */
static bool misread_folder(struct walk *w, struct part p)
{
	const char *first = memchr(p.at, ':', p.len);
	const char *second = first ? memchr(first + 1, ':', p.at + p.len - first - 1) : NULL;
	struct part runtime, id;

	if (!second)
		return false;
	runtime = (struct part){ first + 1, second - first - 1 };
	id = (struct part){ second + 1, p.at + p.len - second - 1 };
	for (size_t i = 0; is_id(w, id) && i < RUNTIMES; i++) {
		if (runtime.len + 1 != strlen(runtimes[i].prefix) ||
		    memcmp(runtime.at, runtimes[i].prefix, runtime.len) != 0)
			continue;
		set_container(w, runtimes[i].runtime, id);
		pod_slice(w, (struct part){ p.at, first - p.at });
		return true;
	}
	return false;
}

/* An id alone: the folder above may tell whose. */
static bool bare_id(struct walk *w, struct part p)
{
	if (!is_id(w, p) || is(w->before, "libpod_parent")) /* there it is a pod's of podman */
		return false;
	set_container(w,
		      is(w->before, "docker") ? "docker" :
		      is(w->before, "k8s.io") ? "containerd" :
						"",
		      p);
	return true;
}

/* "lxc.payload.<name>" since LXC 4.0, "lxc.payload/<name>" since 3.1, "lxc/<name>" before,
 * and on Proxmox still. */
static bool lxc_folder(struct walk *w, struct part p)
{
	if (!strip_start(&p, "lxc.payload.") && !is(w->before, "lxc.payload") &&
	    !is(w->before, "lxc"))
		return false;
	if (!only(p, NAME))
		return false;
	set_container(w, "lxc", p);
	return true;
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A machine's name, unit_name_escape()d: "\x2d" for a dash. */
static bool unescape(struct part p, char name[UR_CONTAINER_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < p.len && n < UR_CONTAINER_MAX - 1; i++) {
		if (p.at[i] != '\\') {
			name[n++] = p.at[i];
			continue;
		}
		if (i + 3 >= p.len || p.at[i + 1] != 'x' || hex_value(p.at[i + 2]) < 0 ||
		    hex_value(p.at[i + 3]) < 0)
			return false;
		name[n++] = (char)(hex_value(p.at[i + 2]) << 4 | hex_value(p.at[i + 3]));
		i += 3;
	}
	name[n] = '\0';
	return only((struct part){ name, n }, NAME);
}

static bool set_machine(struct walk *w, const char *runtime, struct part p)
{
	char name[UR_CONTAINER_MAX];

	if (!unescape(p, name))
		return false;
	set_container(w, runtime, (struct part){ name, strlen(name) });
	return true;
}

/* libvirt's "machine-lxc\x2d<number>\x2d<name>.scope"; its "machine-qemu\x2d..." and other
 * virtual machines are no containers. */
static bool libvirt_folder(struct walk *w, struct part p)
{
	size_t digits;

	if (!strip_start(&p, "machine-lxc\\x2d") || !strip_end(&p, ".scope"))
		return false;
	for (digits = 0; digits < p.len && strchr(DIGITS, p.at[digits]); digits++)
		;
	p.at += digits;
	p.len -= digits;
	return digits && strip_start(&p, "\\x2d") && set_machine(w, "libvirt-lxc", p);
}

/* "machine-<name>.scope/payload", "systemd-nspawn@<name>.service/payload": beside it in
 * "supervisor" is systemd-nspawn itself. On version 1 there is neither. */
static bool nspawn_folder(struct walk *w, struct part p)
{
	struct part name = is(p, "payload") ? w->before : p;
	const bool service = strip_start(&name, "systemd-nspawn@");
	struct ur_place outside = *w->place;
	struct part qemu;

	if (!is(p, "payload") && (w->unified || service || w->cut))
		return false;
	if (service ? !strip_end(&name, ".service") :
		      !strip_start(&name, "machine-") || !strip_end(&name, ".scope"))
		return false;
	qemu = name;
	if (strip_start(&qemu, "qemu\\x2d") || !set_machine(w, "systemd-nspawn", name))
		return false;
	if (service)
		memcpy(w->place->unit, outside.unit, sizeof(outside.unit));
	return true;
}

/* ---- units ---- */

/* unit_name_is_valid(); "_" in front where the name would be that of a file of the kernel's
 * (cg_escape()). */
static void unit_folder(struct walk *w, struct part p)
{
	struct part name = p;

	if (strip_start(&p, "_"))
		name = p;
	if (!strip_end(&p, ".service") && !strip_end(&p, ".scope"))
		return;
	if (only(p, NAME "@\\"))
		set(w->place->unit, sizeof(w->place->unit), name);
}

static void take_folder(struct walk *w, struct part p)
{
	static bool (*const known[])(struct walk *, struct part) = {
		pod_slice, pod_folder, runtime_folder, misread_folder,
		bare_id,   lxc_folder, libvirt_folder, nspawn_folder,
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i](w, p))
			return;
	unit_folder(w, p);
}

static bool says_something(const struct ur_place *place)
{
	return place->unit[0] || place->container[0] || place->pod_uid[0];
}

static void take_path(struct walk *w, struct part path)
{
	while (path.len) {
		const char *slash = memchr(path.at, '/', path.len);
		struct part p = { path.at, slash ? (size_t)(slash - path.at) : path.len };

		take_folder(w, p);
		w->before = p;
		p.len += !!slash;
		path.at += p.len;
		path.len -= p.len;
	}
	w->place->looked = says_something(w->place) ? UR_FOUND : UR_FOUND_NONE;
}

/* ---- lines ---- */

/* "4:memory:/path", "1:name=systemd:/path", "0::/path". Returns how much it says, 0 when it
 * is no such line. */
static int take_line(struct part line, struct ur_place *place)
{
	const char *first = memchr(line.at, ':', line.len);
	const char *second = first ? memchr(first + 1, ':', line.at + line.len - first - 1) : NULL;
	struct walk w = { .place = place };
	struct part number, list, path;

	memset(place, 0, sizeof(*place));
	if (!second)
		return 0;
	number = (struct part){ line.at, first - line.at };
	list = (struct part){ first + 1, second - first - 1 };
	path = (struct part){ second + 1, line.at + line.len - second - 1 };
	if (!only(number, DIGITS) || !strip_start(&path, "/"))
		return 0;
	strip_end(&path, " (deleted)"); /* the process is dead, its cgroup is gone */
	w.unified = !list.len;
	take_path(&w, path);
	return 1 + (w.unified || is(list, "name=systemd")) + 2 * !!place->unit[0] +
	       4 * !!place->pod_uid[0] + 8 * !!place->container[0];
}

void ur_cgroup_parse(const char *text, size_t len, struct ur_place *place)
{
	int best = 0;

	memset(place, 0, sizeof(*place));
	place->looked = UR_COULD_NOT;
	while (len) {
		const char *end = memchr(text, '\n', len);
		struct ur_place this;
		int says;

		if (!end)
			return; /* cut */
		says = take_line((struct part){ text, end - text }, &this);
		if (says > best) {
			best = says;
			*place = this;
		}
		len -= end + 1 - text;
		text = end + 1;
	}
}

void ur_cgroup_parse_leaf(const char *name, size_t len, struct ur_place *place)
{
	struct walk w = { .place = place, .unified = true, .cut = len >= UR_CGROUP_LEAF_MAX };

	memset(place, 0, sizeof(*place));
	take_path(&w, (struct part){ name, len });
	if (place->looked == UR_FOUND_NONE && len)
		place->looked = UR_COULD_NOT;
}
