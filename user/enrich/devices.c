// SPDX-License-Identifier: GPL-2.0-only
/* devices.c - network devices by their numbers. */
#include "user/enrich/devices.h"
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include "user/base/cleanup.h"

/* The name of device @index here, now. */
static enum ur_looked name_device(int fd, uint32_t index, char name[UR_IFNAME_MAX])
{
	struct ifreq ifr = { .ifr_ifindex = (int)index };

	if (ioctl(fd, SIOCGIFNAME, &ifr))
		return errno == ENODEV ? UR_FOUND_NONE : UR_COULD_NOT;
	memcpy(name, ifr.ifr_name, UR_IFNAME_MAX);
	name[UR_IFNAME_MAX - 1] = '\0';
	return UR_FOUND;
}

void ur_devices_name(struct ur_evidence *ev)
{
	ur_cleanup(ur_closep) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	for (unsigned i = 0; i < ev->ev.nsocks; i++)
		if (ev->ev.socks[i].bound_ifindex)
			ev->bound[i] =
				name_device(fd, ev->ev.socks[i].bound_ifindex, ev->bound_dev[i]);
	/* A segment whose socket was found has let go of its device (tcp_v4_rcv()). */
	if (ev->ev.iif && !ev->ev.iifname[0])
		name_device(fd, ev->ev.iif, ev->ev.iifname);
	/* What a host sends to itself inside a VRF comes in on the VRF. */
	if (ev->ev.sdif && ev->ev.sdif != ev->ev.iif)
		name_device(fd, ev->ev.sdif, ev->slave);
}
