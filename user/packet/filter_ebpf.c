/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/packet/filter_ebpf.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <stdlib.h>
#include "bpf/abi.h"

/* libpcap's programs have no more (BPF_MAXINSNS), and the largest stays in reach of the jumps. */
#define CODE_MAX  2048
#define PER_INSN  12
#define FIXED     64
#define REGISTERS BPF_MEMWORDS

/* Where classic BPF has its two registers; the first five and R0 are free. */
#define CTX    BPF_REG_6
#define PACKET BPF_REG_7
#define A      BPF_REG_8
#define X      BPF_REG_9

#define KEY_AT    (-4)                /* on the stack: the map's key, */
#define MEM_AT(k) (-8 - 4 * (int)(k)) /* and M[k] */

/* Targets of jumps that are no instruction of the expression. */
#define DROP UINT32_MAX
#define PASS (UINT32_MAX - 1)
#define NONE (UINT32_MAX - 2)

struct out {
	struct bpf_insn *insn;
	uint32_t *target; /* of each that jumps: an index into the expression, or DROP, PASS */
	uint32_t *at;     /* where each instruction of the expression begins */
	size_t n;
};

static void put(struct out *o, uint8_t code, int dst, int src, int off, uint32_t imm)
{
	o->target[o->n] = NONE;
	o->insn[o->n++] = (struct bpf_insn){ .code = code,
					     .dst_reg = (uint8_t)dst & 15,
					     .src_reg = (uint8_t)src & 15,
					     .off = (int16_t)off,
					     .imm = (int32_t)imm };
}

/* Words of 32 bits, which leave the upper half of a register 0. */
static void put_k(struct out *o, uint8_t op, int dst, uint32_t k)
{
	put(o, BPF_ALU | op | BPF_K, dst, 0, 0, k);
}

static void put_x(struct out *o, uint8_t op, int dst, int src)
{
	put(o, BPF_ALU | op | BPF_X, dst, src, 0, 0);
}

static void put_jump(struct out *o, uint32_t target)
{
	put(o, BPF_JMP | BPF_JA, 0, 0, 0, 0);
	o->target[o->n - 1] = target;
}

/* Go to @target if @reg compares so with @k; as numbers of 32 bits. */
static void put_if(struct out *o, uint8_t op, int reg, uint32_t k, uint32_t target)
{
	put(o, BPF_JMP32 | op | BPF_K, reg, 0, 0, k);
	o->target[o->n - 1] = target;
}

static void put_if_x(struct out *o, uint8_t op, int reg, int other, uint32_t target)
{
	put(o, BPF_JMP32 | op | BPF_X, reg, other, 0, 0);
	o->target[o->n - 1] = target;
}

static void put_map(struct out *o, int reg, int fd)
{
	put(o, BPF_LD | BPF_IMM | BPF_DW, reg, BPF_PSEUDO_MAP_FD, 0, (uint32_t)fd);
	put(o, 0, 0, 0, 0, 0);
}

static uint32_t width(uint16_t code)
{
	return BPF_SIZE(code) == BPF_W ? 4 : BPF_SIZE(code) == BPF_H ? 2 : 1;
}

/* Into @to what lies at @at + @off in struct ur_filter_packet's snap[], in host order. */
static void put_bytes(struct out *o, uint16_t code, int to, int at, uint32_t off)
{
	put(o, BPF_LDX | BPF_MEM | BPF_SIZE(code), to, at,
	    (int)(offsetof(struct ur_filter_packet, snap) + off), 0);
	if (width(code) > 1)
		put(o, BPF_ALU | BPF_END | BPF_TO_BE, to, 0, 0, 8 * width(code));
}

static void put_field(struct out *o, int to, size_t off)
{
	put(o, BPF_LDX | BPF_MEM | BPF_W, to, PACKET, (int)off, 0);
}

/* To DROP, by a jump that is always taken: what comes next may be reached from nowhere else, and
 * the verifier takes no program in which instructions can't be reached. */
static void put_drop(struct out *o)
{
	put_if(o, BPF_JGE, A, 0, DROP);
}

/* P[k], which the packet must have. */
static void put_absolute(struct out *o, uint16_t code, int to, uint32_t k)
{
	if (k > UR_SNAP_MAX - width(code)) {
		put_drop(o);
		return;
	}
	put_field(o, BPF_REG_1, offsetof(struct ur_filter_packet, len));
	put_if(o, BPF_JLT, BPF_REG_1, k + width(code), DROP);
	put_bytes(o, code, to, PACKET, k);
}

/* P[X+k]: where the bytes lie is bounded by a number first, for the verifier's sake. */
static void put_indirect(struct out *o, uint16_t code, uint32_t k)
{
	if (k > UR_SNAP_MAX - width(code)) {
		put_drop(o);
		return;
	}
	put(o, BPF_JMP | BPF_JGT | BPF_K, X, 0, 0, UR_SNAP_MAX - width(code) - k);
	o->target[o->n - 1] = DROP;
	put_x(o, BPF_MOV, BPF_REG_2, X);
	put_k(o, BPF_ADD, BPF_REG_2, k + width(code));
	put_field(o, BPF_REG_1, offsetof(struct ur_filter_packet, len));
	put_if_x(o, BPF_JLT, BPF_REG_1, BPF_REG_2, DROP);
	put(o, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_3, PACKET, 0, 0);
	put(o, BPF_ALU64 | BPF_ADD | BPF_X, BPF_REG_3, X, 0, 0);
	put_bytes(o, code, A, BPF_REG_3, k);
}

static int load(struct out *o, const struct ur_filter_insn *c, int to)
{
	switch (BPF_MODE(c->code)) {
	case BPF_IMM:
		put_k(o, BPF_MOV, to, c->k);
		return 0;
	case BPF_LEN:
		put_field(o, to, offsetof(struct ur_filter_packet, wire));
		return 0;
	case BPF_MEM:
		if (c->k >= REGISTERS)
			return -ENOTSUP;
		put(o, BPF_LDX | BPF_MEM | BPF_W, to, BPF_REG_10, MEM_AT(c->k), 0);
		return 0;
	case BPF_ABS:
		if (to == X)
			return -ENOTSUP;
		put_absolute(o, c->code, A, c->k);
		return 0;
	case BPF_IND:
		if (to == X)
			return -ENOTSUP;
		put_indirect(o, c->code, c->k);
		return 0;
	case BPF_MSH:
		if (to == A)
			return -ENOTSUP;
		put_absolute(o, BPF_LDX | BPF_B, X, c->k);
		put_k(o, BPF_AND, X, 15);
		put_k(o, BPF_LSH, X, 2);
		return 0;
	default:
		return -ENOTSUP;
	}
}

static int store(struct out *o, const struct ur_filter_insn *c, int from)
{
	if (c->k >= REGISTERS)
		return -ENOTSUP;
	put(o, BPF_STX | BPF_MEM | BPF_W, BPF_REG_10, from, MEM_AT(c->k), 0);
	return 0;
}

/* A shift by more than a word has bits leaves 0; eBPF would take it modulo 32. */
static void shift(struct out *o, uint8_t op)
{
	put(o, BPF_JMP32 | BPF_JLT | BPF_K, X, 0, 1, 32);
	put_k(o, BPF_MOV, A, 0);
	put_x(o, op, A, X);
}

static int compute(struct out *o, const struct ur_filter_insn *c)
{
	const uint8_t op = BPF_OP(c->code);
	const bool by_x = BPF_SRC(c->code) == BPF_X;

	switch (op) {
	case BPF_NEG:
		put_k(o, BPF_NEG, A, 0);
		return 0;
	case BPF_LSH:
	case BPF_RSH:
		if (by_x)
			shift(o, op);
		else if (c->k < 32)
			put_k(o, op, A, c->k);
		else
			return -ENOTSUP;
		return 0;
	case BPF_DIV:
	case BPF_MOD:
		if (by_x)
			put_if(o, BPF_JEQ, X, 0, DROP);
		else if (!c->k)
			return -ENOTSUP;
		break;
	case BPF_ADD:
	case BPF_SUB:
	case BPF_MUL:
	case BPF_AND:
	case BPF_OR:
	case BPF_XOR:
		break;
	default:
		return -ENOTSUP;
	}
	if (by_x)
		put_x(o, op, A, X);
	else
		put_k(o, op, A, c->k);
	return 0;
}

/* @i of @n: where it leads must lie behind it, or it may never end. */
static int jump(struct out *o, const struct ur_filter_insn *c, size_t i, size_t n)
{
	const uint8_t op = BPF_OP(c->code);
	const uint64_t to = i + 1 + c->k, yes = i + 1 + c->jt, no = i + 1 + c->jf;

	if (op == BPF_JA) {
		if (to >= n)
			return -ENOTSUP;
		put_jump(o, (uint32_t)to);
		return 0;
	}
	if (yes >= n || no >= n ||
	    (op != BPF_JEQ && op != BPF_JGT && op != BPF_JGE && op != BPF_JSET))
		return -ENOTSUP;
	if (BPF_SRC(c->code) == BPF_X)
		put_if_x(o, op, A, X, (uint32_t)yes);
	else
		put_if(o, op, A, c->k, (uint32_t)yes);
	put_jump(o, (uint32_t)no);
	return 0;
}

static int finish(struct out *o, const struct ur_filter_insn *c)
{
	if (BPF_RVAL(c->code) == BPF_A) {
		put_if(o, BPF_JEQ, A, 0, DROP);
		put_jump(o, PASS);
		return 0;
	}
	if (BPF_RVAL(c->code) != BPF_K)
		return -ENOTSUP;
	put_jump(o, c->k ? PASS : DROP);
	return 0;
}

static int translate_one(struct out *o, const struct ur_filter_insn *c, size_t i, size_t n)
{
	switch (BPF_CLASS(c->code)) {
	case BPF_LD:
		return load(o, c, A);
	case BPF_LDX:
		return load(o, c, X);
	case BPF_ST:
		return store(o, c, A);
	case BPF_STX:
		return store(o, c, X);
	case BPF_ALU:
		return compute(o, c);
	case BPF_JMP:
		return jump(o, c, i, n);
	case BPF_RET:
		return finish(o, c);
	default:
		if (BPF_MISCOP(c->code) == BPF_TAX)
			put_x(o, BPF_MOV, X, A);
		else
			put_x(o, BPF_MOV, A, X);
		return 0;
	}
}

/* Find the packet, and clear what the expression may read before it wrote it. */
static void begin(struct out *o, int packet)
{
	put(o, BPF_ALU64 | BPF_MOV | BPF_X, CTX, BPF_REG_1, 0, 0);
	put(o, BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, KEY_AT, 0);
	for (uint32_t k = 0; k < REGISTERS; k++)
		put(o, BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, MEM_AT(k), 0);
	put(o, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_2, BPF_REG_10, 0, 0);
	put(o, BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_2, 0, 0, (uint32_t)KEY_AT);
	put_map(o, BPF_REG_1, packet);
	put(o, BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem);
	put(o, BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 0, 0); /* it never is */
	o->target[o->n - 1] = PASS;
	put(o, BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 0, 0); /* so that there is a way to each */
	o->target[o->n - 1] = DROP;
	put(o, BPF_ALU64 | BPF_MOV | BPF_X, PACKET, BPF_REG_0, 0, 0);
	put_k(o, BPF_MOV, A, 0);
	put_k(o, BPF_MOV, X, 0);
}

/* Go on with program @slot. Returns where that begins. */
static uint32_t put_end(struct out *o, int builder, uint32_t slot)
{
	const uint32_t at = (uint32_t)o->n;

	put(o, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, CTX, 0, 0);
	put_map(o, BPF_REG_2, builder);
	put_k(o, BPF_MOV, BPF_REG_3, slot);
	put(o, BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_tail_call);
	put_k(o, BPF_MOV, BPF_REG_0, 0);
	put(o, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	return at;
}

static int resolve(struct out *o, uint32_t pass, uint32_t drop)
{
	for (size_t i = 0; i < o->n; i++) {
		uint32_t target = o->target[i];
		int64_t off;

		if (target == NONE)
			continue;
		off = target == PASS ? pass : target == DROP ? drop : o->at[target];
		off -= (int64_t)i + 1;
		if (off > INT16_MAX)
			return -E2BIG;
		o->insn[i].off = (int16_t)off;
	}
	return 0;
}

static int translate(struct out *o, const struct ur_filter_insn *code, size_t n, int packet,
		     int builder)
{
	uint32_t pass, drop;
	int r = 0;

	begin(o, packet);
	for (size_t i = 0; i < n && !r; i++) {
		o->at[i] = (uint32_t)o->n;
		r = translate_one(o, &code[i], i, n);
	}
	if (r)
		return r;
	drop = put_end(o, builder, UR_BUILD_DROP);
	pass = put_end(o, builder, UR_BUILD_PASS);
	return resolve(o, pass, drop);
}

int ur_filter_translate(const struct ur_filter_insn *code, size_t n, int packet, int builder,
			struct bpf_insn **ret, size_t *nret)
{
	const size_t max = FIXED + n * PER_INSN;
	struct out o = {};
	int r;

	if (!n || BPF_CLASS(code[n - 1].code) != BPF_RET)
		return -ENOTSUP;
	if (n > CODE_MAX)
		return -E2BIG;
	o.insn = calloc(max, sizeof(*o.insn));
	o.target = calloc(max, sizeof(*o.target));
	o.at = calloc(n, sizeof(*o.at));
	r = o.insn && o.target && o.at ? translate(&o, code, n, packet, builder) : -ENOMEM;
	free(o.target);
	free(o.at);
	if (r) {
		free(o.insn);
		return r;
	}
	*ret = o.insn;
	*nret = o.n;
	return 0;
}
