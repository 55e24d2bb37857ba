/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* decided.h - one event's evidence, and what is to come of it. */
#include "tests/unit/sample.h"
#include "user/verdict.h"

static struct ur_evidence ev;
static struct ur_report report;

static inline void decide(enum ur_cause cause, enum ur_confidence confidence)
{
	ur_verdict_decide(&ev, &report);
	assert_string_equal(ur_cause_info(report.cause)->slug, ur_cause_info(cause)->slug);
	assert_int_equal(report.confidence, confidence);
}

static inline void expect_why(const char *why)
{
	ur_verdict_decide(&ev, &report);
	assert_string_equal(report.why, why);
}

static inline void expect_advice(const char *advice)
{
	ur_verdict_decide(&ev, &report);
	assert_string_equal(report.advice, advice);
}

/* All of it; @advice may be NULL: any. */
static inline void expect(enum ur_cause cause, enum ur_confidence confidence, const char *why,
			  const char *advice)
{
	decide(cause, confidence);
	assert_string_equal(report.why, why);
	if (advice)
		assert_string_equal(report.advice, advice);
}

/* The text of the finding @slug, NULL when there is none. */
static inline const char *finding(const char *slug)
{
	ur_verdict_decide(&ev, &report);
	for (uint32_t i = 0; i < report.nfindings; i++)
		if (!strcmp(report.findings[i].slug, slug))
			return report.findings[i].text;
	return NULL;
}
