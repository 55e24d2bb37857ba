// SPDX-License-Identifier: GPL-2.0-only
/* nat_read.c - asking nf_tables which tables translate, and the tools for their rules. */
#include "user/enrich/nat_read.h"
/* libc's in.h goes before the kernel's, which then leaves out what both define */
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter/nf_tables.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "user/enrich/ipt_save.h"
#include "user/enrich/lines.h"
#include "user/enrich/nfnl.h"
#include "user/enrich/nft_find.h"
#include "user/enrich/nft_list.h"
#include "user/enrich/nft_msg.h"

#define CHAINS_MAX 32

/* Base chains that translate destinations. */
struct chains {
	unsigned n;
	struct ur_nft_chain one[CHAINS_MAX];
};

/* Asking for a table that is not there would make it. */
static bool legacy_nat(const char *names)
{
	ur_cleanup(ur_fclosep) FILE *f = fopen(names, "re");
	char line[64];

	while (f && fgets(line, sizeof(line), f))
		if (!strcmp(line, "nat\n"))
			return true;
	return false;
}

/* The structures and numbers of ip6tables are the same. */
static int mark_legacy(struct ur_nat_mark *mark, bool ipv6)
{
	ur_cleanup(ur_closep) int fd = -1;
	struct ipt_getinfo info = { .name = "nat" };
	socklen_t len = sizeof(info);

	if (!legacy_nat(ipv6 ? "/proc/thread-self/net/ip6_tables_names" :
			       "/proc/thread-self/net/ip_tables_names"))
		return 0;
	fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (fd < 0 ||
	    getsockopt(fd, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, IPT_SO_GET_INFO, &info, &len))
		return -errno;
	mark->size[ipv6] = info.size;
	mark->entries[ipv6] = info.num_entries;
	return 0;
}

int ur_nat_mark(struct ur_nat_mark *mark)
{
	ur_cleanup(ur_nfnl_close) struct ur_nfnl nl = UR_NFNL_CLOSED;
	int r;

	*mark = (struct ur_nat_mark){};
	r = mark_legacy(mark, false) ?: mark_legacy(mark, true);
	if (r)
		return r;
	r = ur_nfnl_open(&nl);
	mark->nft = !r;
	if (r)
		return r == -ENOSYS ? 0 : r;
	return ur_nft_generation(&nl, &mark->generation);
}

bool ur_nat_mark_same(const struct ur_nat_mark *a, const struct ur_nat_mark *b)
{
	for (int i = 0; i < 2; i++)
		if (a->size[i] != b->size[i] || a->entries[i] != b->entries[i])
			return false;
	return a->nft == b->nft && a->generation == b->generation;
}

/* ---- lines ---- */

/* The first word of a line, and the rest of it. */
static const char *first_word(const char *line, char *word, size_t len)
{
	size_t n;

	line += strspn(line, " \t");
	n = strcspn(line, " \t");
	snprintf(word, len, "%.*s", (int)(n < len ? n : 0), line);
	return line + n + strspn(line + n, " \t");
}

/* "\tchain pre { # handle 1", "\tset s { # handle 2", "\t\tudp dport 53 ... # handle 3" */
int ur_nat_line_nft(const struct ur_line *line, void *reading)
{
	struct ur_nat_reading *in = reading;
	char text[UR_NAT_TEXT_MAX], word[UR_NAT_CHAIN_MAX];
	const char *rest = first_word(line->head, word, sizeof(word));
	uint64_t handle;

	if (ur_nft_list_parse(line, &handle, text, sizeof(text))) {
		in->xt |= strstr(text, "xt ") || strchr(text, '#');
		if (ur_nft_list_is_end(line))
			strcpy(text, "..."); /* a chain without a name, inside the rule */
		return in->chain[0] ? ur_nat_rules_add(in->rules, in->chain, text) : 0;
	}
	/* "# Warning: table ip nat is managed by iptables-nft, do not touch!" */
	in->xt |= word[0] == '#' && strstr(line->head, "managed by iptables-nft");
	if (strcmp(word, "chain")) {
		if (strstr(line->head, " {") && line->head[0] == '\t' && line->head[1] != '\t')
			in->chain[0] = '\0';
		return 0;
	}
	first_word(rest, in->chain, sizeof(in->chain));
	return in->chain[0] ? ur_nat_rules_add(in->rules, in->chain, "") : -E2BIG;
}

/* ":DOCKER - [0:0]", "-A DOCKER -p udp ..." */
int ur_nat_line_ipt(const struct ur_line *line, void *reading)
{
	struct ur_nat_reading *in = reading;
	char word[UR_NAT_CHAIN_MAX], text[UR_NAT_TEXT_MAX];
	const char *rest = first_word(line->head, word, sizeof(word));

	if (word[0] == ':')
		return ur_nat_rules_add(in->rules, word + 1, "");
	if (strcmp(word, "-A"))
		return 0;
	first_word(rest, word, sizeof(word));
	if (!word[0])
		return -E2BIG;
	if (line->len < sizeof(text)) {
		strcpy(text, line->head);
	} else {
		memcpy(text, line->head, sizeof(text) - 4);
		strcpy(text + sizeof(text) - 4, "...");
	}
	return ur_nat_rules_add(in->rules, word, text);
}

/* ---- reading ---- */

static int on_chain(uint8_t family, const uint8_t *attrs, size_t len, void *arg)
{
	struct chains *found = arg;
	struct ur_nft_chain c;

	if (!ur_nft_parse_chain(family, attrs, len, &c) || !c.nat ||
	    (c.hook != NF_INET_PRE_ROUTING && c.hook != NF_INET_LOCAL_OUT))
		return 0;
	if (found->n == CHAINS_MAX)
		return -E2BIG;
	found->one[found->n++] = c;
	return 0;
}

static int find_chains(struct chains *found)
{
	ur_cleanup(ur_nfnl_close) struct ur_nfnl nl = UR_NFNL_CLOSED;
	int r = ur_nfnl_open(&nl);

	return r     ?:
		       ur_nfnl_get(&nl, NFT_MSG_GETCHAIN, NFPROTO_UNSPEC, true, NULL, 0, on_chain,
				   found);
}

static bool same_table(const struct ur_nft_chain *a, const struct ur_nft_chain *b)
{
	return a->family == b->family && !strcmp(a->table, b->table);
}

static int add_bases(struct ur_nat_rules *rules, const struct chains *found,
		     const struct ur_nft_chain *of)
{
	int r = 0;

	for (unsigned i = 0; i < found->n && !r; i++)
		if (same_table(&found->one[i], of))
			r = ur_nat_rules_base(rules, found->one[i].name, found->one[i].hook);
	return r;
}

static int add_iptables(struct ur_nat_rules *rules, bool nft, bool ipv6, unsigned timeout_ms,
			char *why, size_t why_len)
{
	const struct ur_ipt_rule which = { .nft = nft, .ipv6 = ipv6, .table = "nat" };
	struct ur_nat_reading in = { .rules = rules };
	int r = ur_nat_rules_table(rules, ipv6 ? NFPROTO_IPV6 : NFPROTO_IPV4, ur_nat_read_ipt);

	r = r ?: ur_nat_rules_base(rules, "PREROUTING", NF_INET_PRE_ROUTING);
	r = r ?: ur_nat_rules_base(rules, "OUTPUT", NF_INET_LOCAL_OUT);
	return r ?: ur_ipt_save_lines(&which, timeout_ms, ur_nat_line_ipt, &in, why, why_len);
}

static int add_table(struct ur_nat_rules *rules, const struct chains *found,
		     const struct ur_nft_chain *of, unsigned timeout_ms, char *why, size_t why_len)
{
	const struct ur_nft_list list = { .family = of->family,
					  .table = of->table,
					  .timeout_ms = timeout_ms };
	struct ur_nat_reading in = { .rules = rules };
	struct ur_lines lines = { .quoting = UR_QUOTES_NFT, .fn = ur_nat_line_nft, .arg = &in };
	int r = ur_nat_rules_table(rules, of->family, ur_nat_read_nft);

	r = r ?: add_bases(rules, found, of);
	r = r ?: ur_nft_list_raw(&list, ur_lines_feed, &lines, why, why_len);
	if (r || !in.xt || of->family == NFPROTO_INET || strcmp(of->table, "nat"))
		return r;
	ur_nat_rules_drop(rules);
	return add_iptables(rules, true, of->family == NFPROTO_IPV6, timeout_ms, why, why_len);
}

static int add_nft(struct ur_nat_rules *rules, unsigned timeout_ms, char *why, size_t why_len)
{
	ur_cleanup(ur_freep) struct chains *found = calloc(1, sizeof(*found));
	int r = found ? find_chains(found) : -ENOMEM;

	for (unsigned i = 0; !r && i < found->n; i++) {
		bool again = false;

		for (unsigned j = 0; j < i; j++)
			again |= same_table(&found->one[i], &found->one[j]);
		if (!again)
			r = add_table(rules, found, &found->one[i], timeout_ms, why, why_len);
	}
	return r;
}

int ur_nat_read(const struct ur_nat_mark *mark, unsigned timeout_ms, struct ur_nat_rules **ret,
		char *why, size_t why_len)
{
	ur_cleanup(ur_nat_rules_freep) struct ur_nat_rules *rules = NULL;
	int r = ur_nat_rules_new(&rules);

	why[0] = '\0';
	if (!r && mark->nft)
		r = add_nft(rules, timeout_ms, why, why_len);
	if (!r && mark->size[0])
		r = add_iptables(rules, false, false, timeout_ms, why, why_len);
	if (!r && mark->size[1])
		r = add_iptables(rules, false, true, timeout_ms, why, why_len);
	if (!r)
		*ret = ur_take(rules);
	return r;
}
