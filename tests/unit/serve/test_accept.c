/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "user/serve/accept.h"

#define OPEN "application/openmetrics-text"

static void text(const char *accept)
{
	if (ur_accept_form(accept) != UR_FORM_TEXT)
		fail_msg("%s: not text", accept ?: "none");
}

static void openmetrics(const char *accept)
{
	if (ur_accept_form(accept) != UR_FORM_OPENMETRICS)
		fail_msg("%s: not OpenMetrics", accept ?: "none");
}

static void by_preference(void **state)
{
	(void)state;
	text(NULL);
	text("");
	text("*/*");
	text("text/plain");
	text("text/html, application/xhtml+xml, */*;q=0.8");
	openmetrics(OPEN);
	openmetrics("Application/OpenMetrics-Text");
	openmetrics(OPEN ";version=1.0.0");
	openmetrics(" text/plain;q=0.5 ,\t" OPEN " ; version = \"1.0.0\" ; q = 0.75 ");
	text(OPEN ";q=0.5,text/plain;q=0.6");
	text(OPEN ";q=0.5,*/*");
	openmetrics(OPEN ";q=0.500,text/*;q=0.5");
	text(OPEN ";q=0");
	text(OPEN ";q=0.000,text/plain;q=0");
	text(OPEN ";version=2.0.0");
}

/* What Prometheus itself sends, since 2.5, 2.33 and 3.0. */
static void of_prometheus(void **state)
{
	(void)state;
	openmetrics(OPEN "; version=0.0.1,text/plain;version=0.0.4;q=0.5," OPEN
			 ";version=1.0.0;q=0.75,*/*;q=0.1");
	openmetrics(OPEN ";version=1.0.0;q=0.75," OPEN
			 ";version=0.0.1;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.1");
	openmetrics(OPEN ";version=1.0.0;escaping=allow-utf-8;q=0.6," OPEN
			 ";version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
			 "text/plain;version=0.0.4;q=0.3,*/*;q=0.2");
	text(OPEN "; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1");
	text("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
	     "encoding=delimited;q=0.7,text/plain;version=0.0.4;q=0.3,*/*;q=0.1");
}

static void senseless(void **state)
{
	char longer[5000];

	(void)state;
	text(",,,;;;===,");
	text(";q=1");
	text(OPEN "x");
	text(OPEN ";q=x");
	text(OPEN ";q=");
	text(OPEN ";q=-1");
	openmetrics(OPEN ";q=1.999999999999999999999");
	openmetrics(OPEN ";q=0.999999999999999999999,*/*;q=0.1");
	openmetrics(OPEN ";;;;q");
	openmetrics(OPEN ";version=\"1.0.0\"");
	text(OPEN ";version=\"");
	memset(longer, ',', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	text(longer);
}

static void types(void **state)
{
	(void)state;
	assert_string_equal(ur_form_type(UR_FORM_TEXT), "text/plain; version=0.0.4; charset=utf-8");
	assert_string_equal(ur_form_type(UR_FORM_OPENMETRICS),
			    OPEN "; version=1.0.0; charset=utf-8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_preference),
		cmocka_unit_test(of_prometheus),
		cmocka_unit_test(senseless),
		cmocka_unit_test(types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
