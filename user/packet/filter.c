/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/packet/filter.h"

#include <errno.h>
#include <string.h>
#include <pcap/pcap.h>
#include "user/base/strbuf.h"

#define SNAPLEN   65535
#define ANCILLARY 0xfffff000u /* SKF_AD_OFF: from here on loads mean metadata, not bytes */

struct ur_filter {
	struct bpf_program program;
};

UR_DEFINE_CLEANUP(pcap_t, pcap_close)

/* The words with a space between them, as one string of the caller's. */
static char *join(char *const *words, size_t n)
{
	size_t size = 1;
	char *text, *end;

	for (size_t i = 0; i < n; i++)
		size += strlen(words[i]) + 1;
	text = end = calloc(1, size);
	for (size_t i = 0; text && i < n; i++) {
		end = stpcpy(end, words[i]);
		end = stpcpy(end, i + 1 < n ? " " : "");
	}
	return text;
}

/* libpcap lets some words pass that only a live socket of the kernel's can answer. */
static bool asks_for_metadata(const struct bpf_program *program)
{
	for (u_int i = 0; i < program->bf_len; i++) {
		const struct bpf_insn *insn = &program->bf_insns[i];

		if (BPF_CLASS(insn->code) == BPF_LD && BPF_MODE(insn->code) == BPF_ABS &&
		    insn->k >= ANCILLARY)
			return true;
	}
	return false;
}

static int compile(pcap_t *pcap, struct ur_filter *filter, const char *text, struct ur_buf *err)
{
	if (pcap_compile(pcap, &filter->program, text, 1, PCAP_NETMASK_UNKNOWN)) {
		ur_buf_add_safe(err, pcap_geterr(pcap));
		return -EINVAL;
	}
	if (asks_for_metadata(&filter->program)) {
		ur_buf_add(err, "the filter asks for a packet's direction or another thing that "
				"only a capture on an interface knows");
		return -EINVAL;
	}
	return 0;
}

int ur_filter_new(char *const *words, size_t n, char *err, size_t errlen, struct ur_filter **ret)
{
	ur_cleanup(ur_filter_freep) struct ur_filter *filter = calloc(1, sizeof(*filter));
	ur_cleanup(pcap_closep) pcap_t *pcap = pcap_open_dead(DLT_RAW, SNAPLEN);
	ur_cleanup(ur_freep) char *text = join(words, n);
	struct ur_buf message = ur_buf_over(err, errlen);
	int r;

	if (!filter || !pcap || !text)
		return -ENOMEM;
	r = compile(pcap, filter, text, &message);
	if (!r)
		*ret = ur_take(filter);
	return r;
}

void ur_filter_free(struct ur_filter *filter)
{
	if (filter)
		pcap_freecode(&filter->program);
	free(filter);
}

bool ur_filter_match(const struct ur_filter *filter, const uint8_t *packet, size_t len,
		     uint32_t wire)
{
	return bpf_filter(filter->program.bf_insns, packet, wire, (u_int)len);
}

_Static_assert(sizeof(struct ur_filter_insn) == sizeof(struct bpf_insn), "ur_filter_insn");
_Static_assert(offsetof(struct ur_filter_insn, jt) == offsetof(struct bpf_insn, jt), "jt");
_Static_assert(offsetof(struct ur_filter_insn, jf) == offsetof(struct bpf_insn, jf), "jf");
_Static_assert(offsetof(struct ur_filter_insn, k) == offsetof(struct bpf_insn, k), "k");

const struct ur_filter_insn *ur_filter_code(const struct ur_filter *filter, size_t *n)
{
	*n = filter->program.bf_len;
	return (const void *)filter->program.bf_insns;
}
