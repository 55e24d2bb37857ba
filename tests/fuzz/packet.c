/* SPDX-License-Identifier: GPL-2.0-only */
/* packet.c - packets as they were captured: extension headers, options, fragments, cut off. */
#include "tests/fuzz/shown.h"
#include "user/packet/headers.h"
#include "user/packet/linklayer.h"
#include "user/packet/wire.h"

/* What is told of more bytes is not less. */
static void parse(const uint8_t *data, size_t size)
{
	struct ur_packet pkt, less;
	size_t at = ur_packet_parse(&pkt, data, size);

	must(pkt.family == 0 || pkt.family == 4 || pkt.family == 6);
	must((at == 0) == (pkt.family == 0));
	must(pkt.family != 4 || at >= 20);
	must(pkt.family != 6 || at >= 40);
	must(!pkt.has_ports || (!pkt.fragment && at + 4 <= size));
	must(ur_headers_length(data, size) <= size);
	if (!size)
		return;
	at = ur_packet_parse(&less, data, size - 1);
	must(!less.has_ports || (pkt.has_ports && pkt.dport == less.dport));
	must(ur_headers_length(data, size - 1) <= ur_headers_length(data, size));
}

static void say(const uint8_t *data, size_t size)
{
	struct ur_wire wire;
	char text[1024];
	struct ur_buf buf = UR_BUF(text);

	if (!ur_wire_parse(&wire, data, size))
		return;
	must(wire.outer.family && wire.quoted.family);
	ur_wire_say(&buf, &wire);
	must(text[0]);
	must_be_plain(text, "\n");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { data, size };
	const uint16_t linktype = fuzz_u16(&f);
	const size_t ip = ur_linklayer_length(linktype, f.at, f.left);
	uint8_t *packet;

	must(ip <= f.left);
	/* the packet alone: what is in front of it is out of reach */
	packet = fuzz_copy(f.at + ip, f.left - ip);
	parse(packet, f.left - ip);
	say(packet, f.left - ip);
	free(packet);
	return 0;
}
