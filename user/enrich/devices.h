/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* devices.h - the names of devices that an event knows by number. */
#include "user/evidence.h"

/* Name, in the event's namespace, the devices that sockets are bound to (ev->bound_dev), the one
 * inside a VRF (ev->slave), and that of the packet where it had let go of it. */
void ur_devices_name(struct ur_evidence *ev);
