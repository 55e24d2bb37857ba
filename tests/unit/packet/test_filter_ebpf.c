/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include "tests/unit/ebpf.h"
#include "user/packet/filter_ebpf.h"

/* From linux/bpf_common.h and linux/filter.h, for the expressions made by hand. */
#define LD_W_ABS  0x20
#define LD_B_IND  0x50
#define LD_LEN    0x80
#define LD_MEM    0x60
#define LDX_IMM   0x01
#define LDX_LEN   0x81
#define LDX_MEM   0x61
#define ST        0x02
#define STX       0x03
#define ALU_DIV_X 0x3c
#define ALU_MOD_X 0x9c
#define ALU_DIV_K 0x34
#define ALU_LSH_X 0x6c
#define ALU_RSH_X 0x7c
#define ALU_LSH_K 0x64
#define ALU_NEG   0x84
#define JA        0x05
#define JEQ_X     0x1d
#define RET_K     0x06
#define RET_A     0x16
#define TAX       0x07
#define TXA       0x87

#define PACKETS 4000

static const char *const expressions[] = {
	"",
	"udp",
	"tcp",
	"icmp or icmp6",
	"not udp",
	"udp port 53",
	"udp port 53 and src net 10.0.0.0/8",
	"port 53 or port 443",
	"portrange 400-500",
	"src portrange 1024-65535 and not dst port 53",
	"host 10.0.0.5",
	"dst host 10.0.0.5 and (udp or tcp)",
	"ip6 host 2001:db8::2",
	"ip6 net 2001:db8::/32 and tcp port 443",
	"ip or ip6",
	"greater 61",
	"less 60",
	"len = 61 or len > 1000",
	"ip[8] = 64",
	"ip[ip[0] & 0xf] != 0",
	"udp[8:4] = 0x01020304",
	"udp[100] = 0",
	"ip[127] = 0",
	"ip[125:4] = 0",
	"ip[len - 1] = 0",
	"ip6[40] = 0 and ip6[53] & 2 != 0",
	"tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
	"tcp[(tcp[12] >> 2)] = 0",
	"(ip[2:2] - ((ip[0] & 0xf) << 2)) > 20",
	"(ip[9] * 3) % 7 = 2",
	"ip[2:2] / ip[8] > 1",
	"ip[2:2] % ip[1] = 0",
	"(1 << ip[9]) != 0",
	"(ip[2:2] >> ip[1]) & 1 = 1",
	"ip[0] | 1 = 0x45 and ip[1] ^ 3 = 3",
	"sctp or proto 33 or udp port 4789",
	"ip multicast or ip6 multicast",
	"net 192.0.2.0/24 and not (port 22 or port 80 or port 443 or port 8080 or icmp)",
};

static int compile(const char *text, struct ur_filter **ret)
{
	char err[256] = "", word[256];
	char *words[] = { word };

	snprintf(word, sizeof(word), "%s", text);
	return ur_filter_new(words, 1, err, sizeof(err), ret);
}

/* The same each time. */
static uint32_t random_word(void)
{
	static uint64_t state = 1;

	state = state * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(state >> 33);
}

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* A packet such as the expressions ask for, more or less, cut anywhere. */
static void make_packet(struct ur_filter_packet *p)
{
	static const uint8_t protos[] = { 17, 6, 1, 58, 132, 33, 0, 44 };
	static const uint16_t ports[] = { 53, 443, 22, 8080, 4789, 450, 40000 };
	const bool v6 = random_word() % 3 == 0;
	size_t l4;

	for (size_t i = 0; i < UR_SNAP_MAX; i++)
		p->snap[i] = random_word() % 3 ? 0 : (uint8_t)random_word();
	p->len = random_word() % 4 ? UR_SNAP_MAX - random_word() % 80 : random_word() % 129;
	p->wire = random_word() % 2 ? random_word() % 1600 : 61;
	if (random_word() % 20 == 0)
		return;
	l4 = v6 ? 40 : random_word() % 5 ? 20 : 4 * (5 + random_word() % 11);
	p->snap[0] = (uint8_t)(v6 ? 0x60 : 0x40 | l4 / 4);
	p->snap[v6 ? 6 : 9] = protos[random_word() % sizeof(protos)];
	if (v6) {
		memcpy(p->snap + 8, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
		memcpy(p->snap + 24, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2", 16);
	} else {
		put16(p->snap + 2, p->wire);
		put16(p->snap + 6, random_word() % 5 ? 0x4000 : random_word());
		p->snap[8] = 64;
		memcpy(p->snap + 12, random_word() % 3 ? "\x0a\0\0\7" : "\xc0\0\2\1", 4);
		memcpy(p->snap + 16, random_word() % 3 ? "\x0a\0\0\5" : "\xe0\0\0\1", 4);
	}
	put16(p->snap + l4, ports[random_word() % 7]);
	put16(p->snap + l4 + 2, ports[random_word() % 7]);
	if (random_word() % 2)
		memcpy(p->snap + l4 + 8, "\1\2\3\4", 4);
}

/* Both say the same of @p; returns what. */
static bool agreed(const char *what, const struct ur_filter *filter, const struct bpf_insn *prog,
		   size_t n, const struct ur_filter_packet *p)
{
	int wanted = ur_filter_match(filter, p->snap, p->len, p->wire) ? UR_BUILD_PASS :
									 UR_BUILD_DROP;
	int found = ebpf_run(prog, n, p);

	if (found != wanted)
		fail_msg("%s: %d, not %d, of %u bytes", what, found, wanted, p->len);
	return found == UR_BUILD_PASS;
}

static void it_says_what_the_expression_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(expressions) / sizeof(expressions[0]); i++) {
		ur_cleanup(ur_filter_freep) struct ur_filter *filter = NULL;
		ur_cleanup(ur_freep) struct bpf_insn *prog = NULL;
		const struct ur_filter_insn *code;
		size_t n, ncode, passed = 0;
		struct ur_filter_packet p;

		assert_int_equal(compile(expressions[i], &filter), 0);
		code = ur_filter_code(filter, &ncode);
		assert_int_equal(
			ur_filter_translate(code, ncode, EBPF_PACKET, EBPF_BUILDER, &prog, &n), 0);
		if (!ebpf_reached(prog, n))
			fail_msg("%s: some of it can't be reached", expressions[i]);
		for (size_t k = 0; k < PACKETS; k++) {
			make_packet(&p);
			passed += agreed(expressions[i], filter, prog, n, &p);
		}
		/* So that agreeing means something. */
		if (strlen(expressions[i]) && !strstr(expressions[i], "ip[125:4]") &&
		    (!passed || passed == PACKETS))
			fail_msg("%s: of %d packets it takes %zu", expressions[i], PACKETS, passed);
	}
}

static int run_code(const struct ur_filter_insn *code, size_t n, const struct ur_filter_packet *p)
{
	ur_cleanup(ur_freep) struct bpf_insn *prog = NULL;
	size_t nprog;
	int r = ur_filter_translate(code, n, EBPF_PACKET, EBPF_BUILDER, &prog, &nprog);

	return r ? r : ebpf_run(prog, nprog, p);
}

/* What libpcap writes rarely, or for no expression that we know. */
static void by_hand(void **state)
{
	static const struct {
		struct ur_filter_insn code[8];
		size_t n;
		bool passes;
	} cases[] = {
		{ { { LD_LEN, 0, 0, 0 }, { RET_A, 0, 0, 0 } }, 2, true },
		{ { { RET_A, 0, 0, 0 } }, 1, false },
		{ { { LD_MEM, 0, 0, 3 }, { RET_A, 0, 0, 0 } }, 2, false },
		{ { { LDX_LEN, 0, 0, 0 },
		    { STX, 0, 0, 15 },
		    { LD_MEM, 0, 0, 15 },
		    { RET_A, 0, 0, 0 } },
		  4,
		  true },
		{ { { LD_LEN, 0, 0, 0 },
		    { ST, 0, 0, 0 },
		    { LDX_MEM, 0, 0, 0 },
		    { JEQ_X, 0, 1, 0 },
		    { RET_K, 0, 0, 1 },
		    { RET_K, 0, 0, 0 } },
		  6,
		  true },
		{ { { LD_LEN, 0, 0, 0 }, { ALU_DIV_X, 0, 0, 0 }, { RET_K, 0, 0, 1 } }, 3, false },
		{ { { LD_LEN, 0, 0, 0 }, { ALU_MOD_X, 0, 0, 0 }, { RET_K, 0, 0, 1 } }, 3, false },
		{ { { LDX_IMM, 0, 0, 32 },
		    { LD_LEN, 0, 0, 0 },
		    { ALU_LSH_X, 0, 0, 0 },
		    { RET_A, 0, 0, 0 } },
		  4,
		  false },
		{ { { LDX_IMM, 0, 0, 31 },
		    { LD_LEN, 0, 0, 0 },
		    { ALU_LSH_X, 0, 0, 0 },
		    { RET_A, 0, 0, 0 } },
		  4,
		  true },
		{ { { LDX_IMM, 0, 0, 33 },
		    { LD_LEN, 0, 0, 0 },
		    { ALU_RSH_X, 0, 0, 0 },
		    { RET_A, 0, 0, 0 } },
		  4,
		  false },
		{ { { LD_LEN, 0, 0, 0 },
		    { ALU_NEG, 0, 0, 0 },
		    { TAX, 0, 0, 0 },
		    { TXA, 0, 0, 0 },
		    { RET_A, 0, 0, 0 } },
		  5,
		  true },
		/* An index that would come round, and one far away. */
		{ { { LDX_IMM, 0, 0, UINT32_MAX }, { LD_B_IND, 0, 0, 1 }, { RET_K, 0, 0, 1 } },
		  3,
		  false },
		{ { { LD_B_IND, 0, 0, UINT32_MAX }, { RET_K, 0, 0, 1 } }, 2, false },
		{ { { LD_W_ABS, 0, 0, UINT32_MAX - 3 }, { RET_K, 0, 0, 1 } }, 2, false },
		{ { { JA, 0, 0, 1 }, { RET_K, 0, 0, 0 }, { RET_K, 0, 0, 1 } }, 3, true },
	};
	const struct ur_filter_packet p = { .len = 40, .wire = 61, .snap = { 0x45 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (run_code(cases[i].code, cases[i].n, &p) !=
		    (cases[i].passes ? UR_BUILD_PASS : UR_BUILD_DROP))
			fail_msg("case %zu", i);
}

/* These stay with user space: what may never end, what the kernel refuses or knows nothing of. */
static void not_translated(void **state)
{
	static const struct {
		struct ur_filter_insn code[3];
		size_t n;
	} cases[] = {
		{ { { 0 } }, 0 },
		{ { { LD_LEN, 0, 0, 0 } }, 1 },                          /* no end */
		{ { { JA, 0, 0, UINT32_MAX }, { RET_K, 0, 0, 1 } }, 2 }, /* back to itself */
		{ { { JA, 0, 0, 1 }, { RET_K, 0, 0, 1 } }, 2 },          /* behind the end */
		{ { { JEQ_X, 0, 1, 0 }, { RET_K, 0, 0, 1 } }, 2 },       /* likewise */
		{ { { ALU_DIV_K, 0, 0, 0 }, { RET_K, 0, 0, 1 } }, 2 },   /* by 0 */
		{ { { ALU_LSH_K, 0, 0, 32 }, { RET_K, 0, 0, 1 } }, 2 },  /* by a word */
		{ { { LD_MEM, 0, 0, 16 }, { RET_K, 0, 0, 1 } }, 2 },     /* M[16] */
		{ { { ST, 0, 0, 16 }, { RET_K, 0, 0, 1 } }, 2 },         /* likewise */
		{ { { 0xa0, 0, 0, 0 }, { RET_K, 0, 0, 1 } }, 2 },        /* LD|MSH */
		{ { { 0x21, 0, 0, 0 }, { RET_K, 0, 0, 1 } }, 2 },        /* LDX|ABS */
		{ { { 0xe4, 0, 0, 0 }, { RET_K, 0, 0, 1 } }, 2 },        /* no such sum */
		{ { { 0xe5, 0, 0, 0 }, { RET_K, 0, 0, 1 } }, 2 },        /* no such jump */
	};
	struct ur_filter *loops = NULL;
	const struct ur_filter_insn *code;
	const struct ur_filter_packet p = {};
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (run_code(cases[i].code, cases[i].n, &p) != -ENOTSUP)
			fail_msg("case %zu", i);
	assert_int_equal(compile("ip6 protochain 17", &loops), 0);
	code = ur_filter_code(loops, &n);
	assert_int_equal(run_code(code, n, &p), -ENOTSUP);
	ur_filter_free(loops);
}

/* As many as there may be, which is what makes jumps long; and one more. */
static void long_ones(void **state)
{
	ur_cleanup(ur_freep) struct ur_filter_insn *code = calloc(2049, sizeof(*code));
	const struct ur_filter_packet p = { .len = 40, .wire = 61, .snap = { 0x45 } };

	(void)state;
	for (size_t i = 0; i < 2049; i++)
		code[i] = (struct ur_filter_insn){ LD_B_IND, 0, 0, 0 };
	code[2047] = code[2048] = (struct ur_filter_insn){ RET_K, 0, 0, 1 };
	assert_int_equal(run_code(code, 2048, &p), UR_BUILD_PASS);
	assert_int_equal(run_code(code, 2049, &p), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_says_what_the_expression_says),
		cmocka_unit_test(by_hand),
		cmocka_unit_test(not_translated),
		cmocka_unit_test(long_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
