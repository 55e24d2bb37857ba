/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* accept.h - which form of the metrics a client wants: HTTP's Accept (RFC 9110, 12.5.1). */

enum ur_form {
	UR_FORM_TEXT,        /* Prometheus' text format 0.0.4 */
	UR_FORM_OPENMETRICS, /* OpenMetrics 1.0.0 */
};

/* The form that the header's value @accept likes best, NULL: there is none. What names neither
 * form gets text, which every client of metrics reads. */
enum ur_form ur_accept_form(const char *accept);

/* What the answer's Content-Type says. */
const char *ur_form_type(enum ur_form form);
