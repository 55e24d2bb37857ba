/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* read.bpf.h - reading kernel memory, the cheapest way that the kernel offers.
 *
 * A call of bpf_probe_read_kernel() takes some 75 instructions for one word. Since v6.2
 * bpf_rdonly_cast() (a8bd10cd30ae) makes an address one of a typed object, from which a
 * program loads with a single guarded instruction, 0 where nothing is mapped. We cast to
 * struct pt_regs, which is made of words: what is loaded is a number, never a pointer whose
 * type the verifier would follow through our walks.
 *
 * The programs are compiled for each of the two, and user space picks those that fit.
 */
#include "bpf/abi.h"
#include <bpf/bpf_helpers.h>
/* in this order */
#include <bpf/bpf_core_read.h>

/* The kernel's ids of types to cast to. User space adds this to the types that the programs are
 * fitted to, with the ids as values (ur_probe_types_write()): so they are constants. */
enum ur_type_ids {
	ur_id_of_pt_regs = 1,
	ur_id_of_sock,
	ur_id_of_task_struct,
};
#define ur_id_of(type) ((__u32)bpf_core_enum_value(enum ur_type_ids, ur_id_of_##type))

#ifdef UR_RDONLY_CAST
extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;

/* Are @size bytes read as words? Then the end of a page among them gives zeros; else all or
 * nothing is read. */
#define UR_READS_WORDS(size) \
	(((size) == 1 || (size) == 2 || (size) == 4 || (size) % 8 == 0) && (size) <= 64)

static __always_inline void ur_read(void *dst, const __u32 size, const void *src)
{
	const void *p;

	if (!UR_READS_WORDS(size)) {
		bpf_probe_read_kernel(dst, size, src);
		return;
	}
	p = bpf_rdonly_cast(src, ur_id_of(pt_regs));
	if (size == 1)
		*(__u8 *)dst = *(const __u8 *)p;
	else if (size == 2)
		*(__u16 *)dst = *(const __u16 *)p;
	else if (size == 4)
		*(__u32 *)dst = *(const __u32 *)p;
	else
		for (__u32 i = 0; i < size / 8; i++)
			((__u64 *)dst)[i] = ((const __u64 *)p)[i];
}
#else
#define UR_READS_WORDS(size) false

static __always_inline void ur_read(void *dst, const __u32 size, const void *src)
{
	bpf_probe_read_kernel(dst, size, src);
}
#endif

/* BPF_CORE_READ() and its kin read through this. */
#undef bpf_core_read
#define bpf_core_read(dst, size, src) \
	ur_read(dst, size, (const void *)__builtin_preserve_access_index(src))

/* Read a T at kernel address @addr; 0 when that can't be read. */
#define ur_peek(T, addr)                                        \
	({                                                      \
		T v_ = 0;                                       \
		ur_read(&v_, sizeof(v_), (const void *)(addr)); \
		v_;                                             \
	})
