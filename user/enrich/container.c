/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/enrich/container.h"

#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "user/base/cleanup.h"

#define ID_LEN      64
#define CONFIG_MAX  (256 << 10) /* of one container */
#define STORAGE_MAX (4 << 20)   /* of all of them */
#define ENTRIES_MAX 8192        /* a node has some hundred */
#define PATH_BYTES  512

/* A regular file of at most @most bytes, as JSON; NULL when it is none. */
static json_t *read_json(const char *path, off_t most)
{
	ur_cleanup(ur_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ur_cleanup(ur_freep) char *text = NULL;
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size > most)
		return NULL;
	text = malloc((size_t)st.st_size + 1);
	n = text ? read(fd, text, (size_t)st.st_size) : -1;
	return n > 0 ? json_loadb(text, (size_t)n, 0, NULL) : NULL;
}

static void set_name(struct ur_place *place, const char *name)
{
	if (name && *name)
		snprintf(place->name, sizeof(place->name), "%s", name);
}

/* {"ID":"...","Name":"/web"} */
static void ask_docker(const char *root, struct ur_place *place)
{
	char path[PATH_BYTES];
	ur_cleanup(json_decrefp) json_t *config = NULL;
	const char *name;

	snprintf(path, sizeof(path), "%s/var/lib/docker/containers/%s/config.v2.json", root,
		 place->container);
	config = read_json(path, CONFIG_MAX);
	name = json_string_value(json_object_get(config, "Name"));
	set_name(place, name && *name == '/' ? name + 1 : name);
}

/* [{"id":"...","names":["web"]}]: of containers/storage, which CRI-O uses as well. */
static void ask_podman(const char *root, struct ur_place *place)
{
	char path[PATH_BYTES];
	ur_cleanup(json_decrefp) json_t *all = NULL;
	const json_t *one;
	size_t i;

	snprintf(path, sizeof(path),
		 "%s/var/lib/containers/storage/overlay-containers/containers.json", root);
	all = read_json(path, STORAGE_MAX);
	json_array_foreach(all, i, one) {
		const char *id = json_string_value(json_object_get(one, "id"));

		if (id && !strcmp(id, place->container))
			set_name(place, json_string_value(
						json_array_get(json_object_get(one, "names"), 0)));
	}
}

/* "web-7d4b9_shop_nginx-<id>.log": none of the three can hold an underscore. */
static bool take_container_log(const char *file, struct ur_place *place)
{
	const char *first = strchr(file, '_'), *second = first ? strchr(first + 1, '_') : NULL;
	const char *dash = second ? strrchr(second, '-') : NULL;

	if (!dash || strncmp(dash + 1, place->container, ID_LEN) != 0 ||
	    strcmp(dash + 1 + ID_LEN, ".log") != 0)
		return false;
	snprintf(place->pod, sizeof(place->pod), "%.*s/%.*s", (int)(second - first - 1), first + 1,
		 (int)(first - file), file);
	snprintf(place->name, sizeof(place->name), "%.*s", (int)(dash - second - 1), second + 1);
	return true;
}

/* "shop_web-7d4b9_<uid>" */
static bool take_pod_log(const char *folder, struct ur_place *place)
{
	const char *first = strchr(folder, '_'), *second = first ? strchr(first + 1, '_') : NULL;

	if (!second || strcmp(second + 1, place->pod_uid) != 0)
		return false;
	snprintf(place->pod, sizeof(place->pod), "%.*s/%.*s", (int)(first - folder), folder,
		 (int)(second - first - 1), first + 1);
	return true;
}

static void ask_kubelet(const char *root, const char *folder, struct ur_place *place,
			bool (*take)(const char *, struct ur_place *))
{
	char path[PATH_BYTES];
	ur_cleanup(ur_closedirp) DIR *dir = NULL;
	const struct dirent *e;

	snprintf(path, sizeof(path), "%s%s", root, folder);
	dir = opendir(path);
	for (int i = 0; dir && i < ENTRIES_MAX && (e = readdir(dir)); i++)
		if (take(e->d_name, place))
			return;
}

void ur_container_name(const char *root, struct ur_place *place)
{
	const bool whole = strlen(place->container) == ID_LEN &&
			   strspn(place->container, "0123456789abcdef") == ID_LEN;
	const bool docker = !strcmp(place->runtime, "docker");
	const bool podman = !strcmp(place->runtime, "podman");

	if (place->looked != UR_FOUND)
		return;
	if (whole && place->pod_uid[0])
		ask_kubelet(root, "/var/log/containers", place, take_container_log);
	if (place->pod_uid[0] && !place->pod[0])
		ask_kubelet(root, "/var/log/pods", place, take_pod_log);
	if (whole && !place->name[0] && !place->pod_uid[0] && (docker || !place->runtime[0]))
		ask_docker(root, place);
	if (whole && !place->name[0] && !place->pod_uid[0] && (podman || !place->runtime[0]))
		ask_podman(root, place);
}
