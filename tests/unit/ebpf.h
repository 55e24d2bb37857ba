/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* ebpf.h - runs what ur_filter_translate() makes, in the little of eBPF that it speaks, and holds
 * it to what the verifier would: nothing is read that was not written, nothing outside the map's
 * value and the stack, every jump leads forward, and every instruction can be reached.
 */
#include <endian.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "bpf/abi.h"

#define EBPF_PACKET  11 /* descriptors */
#define EBPF_BUILDER 12

#define EBPF_STACK  UINT64_C(0x10000) /* addresses: where the stack ends, */
#define EBPF_VALUE  UINT64_C(0x20000) /* and where the value begins */
#define EBPF_BROKEN (-1)

struct ebpf {
	uint64_t r[11];
	bool set[11];
	uint8_t stack[512];
	bool stack_set[512];
	const struct ur_filter_packet *packet;
};

static inline bool ebpf_on_stack(uint64_t at, unsigned int size)
{
	return at >= EBPF_STACK - 512 && at + size <= EBPF_STACK;
}

static inline bool ebpf_load(struct ebpf *m, uint64_t at, unsigned int size, uint64_t *ret)
{
	const uint8_t *from = NULL;

	if (ebpf_on_stack(at, size)) {
		size_t i = at - (EBPF_STACK - 512);

		for (unsigned int k = 0; k < size; k++)
			if (!m->stack_set[i + k])
				return false;
		from = m->stack + i;
	} else if (at >= EBPF_VALUE && at + size <= EBPF_VALUE + sizeof(*m->packet)) {
		from = (const uint8_t *)m->packet + (at - EBPF_VALUE);
	}
	*ret = 0;
	if (from)
		memcpy(ret, from, size); /* of a little-endian machine, as both of ours are */
	return from;
}

static inline bool ebpf_store(struct ebpf *m, uint64_t at, unsigned int size, uint64_t value)
{
	size_t i = at - (EBPF_STACK - 512);

	if (!ebpf_on_stack(at, size))
		return false;
	memcpy(m->stack + i, &value, size);
	memset(m->stack_set + i, true, size);
	return true;
}

static inline uint64_t ebpf_swapped(uint64_t v, int bits)
{
	return bits == 16 ? be16toh((uint16_t)v) : be32toh((uint32_t)v);
}

static inline bool ebpf_compute(uint8_t code, uint64_t *dst, uint64_t by)
{
	const bool word = BPF_CLASS(code) == BPF_ALU;
	uint64_t a = word ? (uint32_t)*dst : *dst, b = word ? (uint32_t)by : by;

	switch (BPF_OP(code)) {
	case BPF_MOV:
		a = b;
		break;
	case BPF_ADD:
		a += b;
		break;
	case BPF_SUB:
		a -= b;
		break;
	case BPF_MUL:
		a *= b;
		break;
	case BPF_DIV:
		a = b ? a / b : 0;
		break;
	case BPF_MOD:
		a = b ? a % b : a;
		break;
	case BPF_AND:
		a &= b;
		break;
	case BPF_OR:
		a |= b;
		break;
	case BPF_XOR:
		a ^= b;
		break;
	case BPF_LSH:
		a <<= b & (word ? 31 : 63);
		break;
	case BPF_RSH:
		a >>= b & (word ? 31 : 63);
		break;
	case BPF_NEG:
		a = -a;
		break;
	default:
		return false;
	}
	*dst = word ? (uint32_t)a : a;
	return true;
}

static inline bool ebpf_compare(uint8_t code, uint64_t a, uint64_t b, bool *yes)
{
	if (BPF_CLASS(code) == BPF_JMP32) {
		a = (uint32_t)a;
		b = (uint32_t)b;
	}
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		*yes = a == b;
		return true;
	case BPF_JGT:
		*yes = a > b;
		return true;
	case BPF_JGE:
		*yes = a >= b;
		return true;
	case BPF_JLT:
		*yes = a < b;
		return true;
	case BPF_JSET:
		*yes = a & b;
		return true;
	default:
		return false;
	}
}

/* The two helpers: 0 to go on, UR_BUILD_* behind a tail call, EBPF_BROKEN. */
static inline int ebpf_call(struct ebpf *m, int which)
{
	uint64_t key;

	if (which == BPF_FUNC_tail_call && m->set[1] && m->set[2] && m->set[3])
		return m->r[1] == 1 && m->r[2] == EBPF_BUILDER ? (int)m->r[3] : EBPF_BROKEN;
	if (which != BPF_FUNC_map_lookup_elem || !m->set[1] || !m->set[2] ||
	    m->r[1] != EBPF_PACKET || !ebpf_load(m, m->r[2], 4, &key) || key)
		return EBPF_BROKEN;
	memset(m->set + 1, false, 5);
	m->r[0] = EBPF_VALUE;
	m->set[0] = true;
	return 0;
}

/* One that neither jumps nor calls; false when it is none of those that are known. */
static inline bool ebpf_plain(struct ebpf *m, const struct bpf_insn *i)
{
	const unsigned int size = BPF_SIZE(i->code) == BPF_W ? 4 :
				  BPF_SIZE(i->code) == BPF_H ? 2 :
							       1;
	const bool by_x = BPF_SRC(i->code) == BPF_X;

	switch (BPF_CLASS(i->code)) {
	case BPF_LD: /* the only one of two instructions: a map */
		m->set[i->dst_reg] = true;
		m->r[i->dst_reg] = (uint32_t)i->imm;
		return i->code == (BPF_LD | BPF_IMM | BPF_DW) && i->src_reg == BPF_PSEUDO_MAP_FD;
	case BPF_LDX:
		m->set[i->dst_reg] = true;
		return m->set[i->src_reg] &&
		       ebpf_load(m, m->r[i->src_reg] + i->off, size, &m->r[i->dst_reg]);
	case BPF_ST:
		return ebpf_store(m, m->r[i->dst_reg] + i->off, size, (uint32_t)i->imm);
	case BPF_STX:
		return m->set[i->src_reg] &&
		       ebpf_store(m, m->r[i->dst_reg] + i->off, size, m->r[i->src_reg]);
	default:
		break;
	}
	if (BPF_OP(i->code) == BPF_END) {
		m->r[i->dst_reg] = ebpf_swapped(m->r[i->dst_reg], i->imm);
		return m->set[i->dst_reg] && i->code == (BPF_ALU | BPF_END | BPF_TO_BE);
	}
	if ((by_x && !m->set[i->src_reg]) || (BPF_OP(i->code) != BPF_MOV && !m->set[i->dst_reg]))
		return false;
	m->set[i->dst_reg] = true;
	return ebpf_compute(i->code, &m->r[i->dst_reg],
			    by_x ? m->r[i->src_reg] : (uint64_t)(int64_t)i->imm);
}

/* Where @prog, of @n instructions, goes on with @packet: UR_BUILD_*, EBPF_BROKEN when it does what
 * no verifier would let pass. */
static inline int ebpf_run(const struct bpf_insn *prog, size_t n,
			   const struct ur_filter_packet *packet)
{
	struct ebpf m = { .packet = packet };
	size_t at = 0;

	m.r[10] = EBPF_STACK;
	m.r[1] = 1; /* the context */
	m.set[1] = m.set[10] = true;
	while (at < n) {
		const struct bpf_insn *i = &prog[at++];
		const uint8_t class = BPF_CLASS(i->code);
		bool yes = true;
		int r;

		if (class != BPF_JMP && class != BPF_JMP32) {
			if (!ebpf_plain(&m, i))
				return EBPF_BROKEN;
			at += class == BPF_LD;
			continue;
		}
		if (i->code == (BPF_JMP | BPF_CALL)) {
			r = ebpf_call(&m, i->imm);
			if (r)
				return r;
			continue;
		}
		if (i->code != (BPF_JMP | BPF_JA) &&
		    (!m.set[i->dst_reg] || (BPF_SRC(i->code) == BPF_X && !m.set[i->src_reg]) ||
		     !ebpf_compare(i->code, m.r[i->dst_reg],
				   BPF_SRC(i->code) == BPF_X ? m.r[i->src_reg] :
							       (uint64_t)(int64_t)i->imm,
				   &yes)))
			return EBPF_BROKEN;
		if (i->off < 0)
			return EBPF_BROKEN;
		at += yes ? (size_t)i->off : 0;
	}
	return EBPF_BROKEN;
}

/* Does every jump lead to an instruction, and some way to each? */
static inline bool ebpf_reached(const struct bpf_insn *prog, size_t n)
{
	bool *reached = calloc(n + 1, sizeof(*reached)), all = true;

	if (!reached)
		return false;
	reached[0] = true;
	for (size_t i = 0; i < n && all; i++) {
		const uint8_t code = prog[i].code, class = BPF_CLASS(code);
		const bool jumps = (class == BPF_JMP || class == BPF_JMP32) &&
				   BPF_OP(code) != BPF_CALL && BPF_OP(code) != BPF_EXIT;

		all = reached[i] && (!jumps || i + 1 + prog[i].off < n);
		if (jumps && all)
			reached[i + 1 + prog[i].off] = true;
		if (class == BPF_LD)
			reached[++i] = true; /* the other half of it */
		if (code != (BPF_JMP | BPF_JA) && code != (BPF_JMP | BPF_EXIT))
			reached[i + 1] = true;
	}
	free(reached);
	return all;
}
