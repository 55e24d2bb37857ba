/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* netns.h - network namespaces by inode number: their names, and the way in.
 *
 * The number is that of the file in the kernel's nsfs (net->ns.inum), what `ls -i
 * /run/netns` shows. The kernel gives numbers again once a namespace is gone, so what is
 * remembered here is checked at every use. No descriptor is ever kept.
 */
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include "user/base/cleanup.h"
#include "user/evidence.h"

struct ur_netns_names;

/* Returns 0 and gives *@ret to the caller, or -ENOMEM. */
int ur_netns_names_new(struct ur_netns_names **ret);
void ur_netns_names_free(struct ur_netns_names *names);
UR_DEFINE_CLEANUP(struct ur_netns_names, ur_netns_names_free)

/* What is asked from here on is about a moment in the past: a file that names a namespace and
 * is younger than that names another one, which got the number since. NULL: about now. */
void ur_netns_as_of(struct ur_netns_names *names, const struct timespec *when);

/* Name namespace @inum: "host" for that of pid 1, else its file's name below /run/netns
 * or /run/docker/netns. Always fills *@ret. */
void ur_netns_name(struct ur_netns_names *names, uint32_t inum, struct ur_netns *ret);

/* Open namespace @inum, found through the files that name it, the mounts of nsfs, and the
 * processes in it. The caller closes the descriptor soon: it keeps the namespace alive.
 * Returns the descriptor; -ENOENT when no way leads there; -EACCES when something that
 * might have led there could not be looked at; -errno. */
int ur_netns_open(struct ur_netns_names *names, uint32_t inum);

/* The namespaces that files below /run/netns and /run/docker/netns name, and those of
 * processes, each once: up to @max numbers to @inums, the host's first. How many. */
size_t ur_netns_list(uint32_t *inums, size_t max);

/* The number that --netns @arg means: a name as above, else a process id, or "all", which
 * gives 0 (no namespace has that number). Returns 0; -EINVAL for an argument that can be
 * neither; -ENOENT for an unknown name; -ESRCH for no such process; -ENOTTY for a file that
 * is no network namespace; -errno. On failure *@inum is left alone. */
int ur_netns_resolve(const char *arg, uint32_t *inum);
