/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* container.h - the name that people gave a container or a pod, where a file of this host says it.
 *
 * No daemon is asked. Read are, below @root, "" but in tests:
 *   /var/lib/docker/containers/ID/config.v2.json                      Docker
 *   /var/lib/containers/storage/overlay-containers/containers.json    Podman of root
 *   /var/log/containers/POD_NAMESPACE_CONTAINER-ID.log                the kubelet: names only
 *   /var/log/pods/NAMESPACE_POD_UID                                   likewise
 * Of those that are too large, or have too many entries, nothing is said.
 */
#include "user/evidence.h"

/* Fill place->name and place->pod, each only where it is told. */
void ur_container_name(const char *root, struct ur_place *place);
