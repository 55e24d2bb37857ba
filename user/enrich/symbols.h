/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* symbols.h - the call chain of an unexplained event, in names. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "user/base/cleanup.h"
#include "user/evidence.h"

struct ur_symbolizer;

/* Costs nothing before the first look-up: the kernel's symbols take some MiB. Returns 0
 * and gives *@ret to the caller, or -ENOMEM. */
int ur_symbolizer_new(struct ur_symbolizer **ret);
void ur_symbolizer_free(struct ur_symbolizer *s);
UR_DEFINE_CLEANUP(struct ur_symbolizer, ur_symbolizer_free)

/* Name the @n return addresses at @stack: text[i] becomes "func+0x1a/0x90 [module]", or
 * the bare address when no function is there. The symbols are read again when modules came
 * or went. Returns false, and leaves the texts empty, when the kernel tells no addresses. */
bool ur_symbolizer_stack(struct ur_symbolizer *s, const uint64_t *stack, size_t n,
			 char text[][UR_SYMBOL_MAX]);

/* Name the functions of the kernel that take the datagrams of the sockets of @ev: ev->encap. */
void ur_symbolizer_encaps(struct ur_symbolizer *s, struct ur_evidence *ev);

/* A stack that was taken where our own programs run (UR_EV_NO_ENTRY) begins with them and
 * with the ICMP function: drop these, so that it begins with the caller as others do. A
 * stack without the ICMP function in it proves nothing, and is dropped whole. */
void ur_stack_from_caller(struct ur_event *ev, char text[][UR_SYMBOL_MAX]);
