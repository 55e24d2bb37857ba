// SPDX-License-Identifier: GPL-2.0-only
/* rule_words.c - which kind of words it is. */
#include "user/enrich/rule_words.h"

void ur_judge(const struct ur_tree *t, uint32_t rule, const struct ur_flow *flow,
	      struct ur_judged *ret)
{
	const struct ur_tree_rule *r = &t->rules[rule];
	const char *text = ur_tree_text(t, r->text);

	if (!r->text)
		*ret = (struct ur_judged){ .fit = UR_FIT_MAYBE };
	else if (t->iptables)
		ur_judge_ipt(text, flow, ret);
	else
		ur_judge_nft(t, text, flow, ret);
	if (r->cut)
		ret->fit = ur_fit_and(ret->fit, UR_FIT_MAYBE);
	if (ret->end == UR_END_NONE && !ret->chosen)
		ret->end = r->end;
}
