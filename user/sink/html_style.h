/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* html_style.h - how the page looks: on a phone, on a desk, at night, on paper. */

#define UR_HTML_HUES 6 /* classes h0 to h5, of which the last stands for the rest */

extern const char ur_html_style[];
