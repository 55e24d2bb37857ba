/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/verdict/parts.h"

#include "user/base/addr.h"
#include "user/base/age.h"
#include "user/base/names.h"

const char *ur_find_trace(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_packet *pkt = &c->ev->packet;

	if (!c->ev->pattern.probes)
		return NULL;
	ur_buf_add(out,
		   "looks like a traceroute's probe: UDP port %u, which arrived with %s %u; this "
		   "answer is what it waits for",
		   pkt->dport, pkt->family == 4 ? "TTL" : "hop limit", pkt->ttl);
	return "note.traceroute";
}

const char *ur_find_scan(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_packet *pkt = &c->ev->packet;
	const struct ur_pattern *p = &c->ev->pattern;
	char text[UR_ADDR_TEXT], buf[UR_NUMBER_TEXT];

	if (!p->ports)
		return NULL;
	ur_buf_add(out, "looks like a port scan: %u %s %s ports (%u to %u) from %s in ", p->ports,
		   p->by_rule ? "refused" : "closed", ur_proto_title(pkt->proto, buf), p->lowest,
		   p->highest, ur_addr_text(pkt->family, pkt->src, text));
	ur_say_age(out, p->ns);
	return "note.scan";
}

const char *ur_find_spoofed(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_packet *pkt = &c->ev->packet;
	const struct ur_back *back = &c->ev->back;
	char text[UR_ADDR_TEXT];

	if (back->looked != UR_FOUND)
		return NULL;
	ur_addr_text(pkt->family, pkt->src, text);
	if (back->own) {
		ur_buf_add(out,
			   "the source %s is an address of this host's own, but the packet came in "
			   "on ",
			   text);
		ur_buf_add_safe(out, back->in);
		ur_buf_add(out, ": likely forged, or looped back");
		return "note.spoofed-source";
	}
	ur_buf_add(out, "the packet came in on ");
	ur_buf_add_safe(out, back->in);
	ur_buf_add(out, ", but the route back to %s leaves by ", text);
	ur_buf_add_safe(out, back->dev);
	ur_buf_add(out, ": the source is likely forged, unless routing is asymmetric here; the "
			"answer goes to whoever has that address");
	return "note.spoofed-source";
}
