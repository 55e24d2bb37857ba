/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* rule.bpf.h - from the rejecting expression or target, while it runs, to its rule.
 *
 * The types are those of modules that may come after us, so their fields are found
 * through ur_layout. Every step back is proven by a walk forward: a header is only
 * taken for one when the expressions behind it lead exactly to ours.
 */
#include "bpf/nft_rule.bpf.h"
#include "bpf/xt_rule.bpf.h"
