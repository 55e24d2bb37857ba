/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* loop.bpf.h - loops that the verifier does not go through once for each time round.
 *
 *	UR_STEP int step(__u32 i, void *ctx) { ...; return stop; }
 *	ur_loop(N, step, &ctx);
 *
 * calls step(0, &ctx), step(1, &ctx) ... until one returns 1, N times at most. That is
 * bpf_loop() (v5.17), whose body is verified until its state is one that was seen, on kernels
 * that have what the programs are compiled for (bpf/read.bpf.h), and a plain loop on others.
 * What is too long for one of those is a loop of stretches there, each in a function of its
 * own (UR_STRETCH), which the verifier checks once; elsewhere it is one stretch.
 */
#include "bpf/maps.bpf.h"

#ifdef UR_RDONLY_CAST
#define UR_STEP                        static
#define ur_loop(times, step, ctx)      bpf_loop(times, step, ctx, 0)
#define UR_STRETCH                     static __always_inline
#define ur_stretch(times, in_all)      (in_all)
#define ur_stretches(times, step, ctx) step(0, ctx)
#else
#define UR_STEP                        static __always_inline
#define UR_STRETCH                     UR_GLOBAL
#define ur_stretch(times, in_all)      (times)
#define ur_stretches(times, step, ctx) ur_loop(times, step, ctx)
#define ur_loop(times, step, ctx)                      \
	do {                                           \
		for (__u32 i_ = 0; i_ < (times); i_++) \
			if (step(i_, ctx))             \
				break;                 \
	} while (0)
#endif
