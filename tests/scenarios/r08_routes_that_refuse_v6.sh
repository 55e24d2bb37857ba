# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# In IPv6 a missing route and one of type unreachable give the same answer, so that the
# verdict is not more than likely.
topo
in_ns srv ip -6 route add prohibit 2001:db8:1::/48
in_ns srv ip -6 route add unreachable 2001:db8:2::/48
start_unreach
send cli 2001:db8:1::9 53
saw_refused "$V6" 1 1 EACCES
send cli 2001:db8:2::9 53
saw_refused "$V6" 1 0 ENETUNREACH
send cli 2001:db8:3::9 53
saw_refused "$V6" 1 0 ENETUNREACH
expect <<JSON
{"outcome":"sent","cause":"route.rejected","confidence":"proven","packet":{"dst":"2001:db8:1::9"}}
{"outcome":"sent","cause":"route.none","confidence":"likely","packet":{"dst":"2001:db8:2::9"},
 "why":"re:or a route or policy rule of type unreachable"}
{"outcome":"sent","cause":"route.none","confidence":"likely","packet":{"dst":"2001:db8:3::9"}}
JSON
