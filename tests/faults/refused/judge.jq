# SPDX-License-Identifier: GPL-2.0-only
# judge.jq - what is said with some programs refused, against what is said with all.

# Names one of the packets that are refused.
def key:
	"\(.answer)/\(if .packet.dst | contains(":") then 6 else 4 end)/\(.packet.proto)/\(.packet.dport)";

def lie($what; $t): "WRONG \(key): \($what): \(.cause // .delivery) \(.confidence // "") \(.outcome // ""), not \($t.cause // $t.delivery) \($t.outcome // ""): \(.why)";

# One line for each thing that $t, the truth, says otherwise.
def held_against($t):
	if .confidence == "proven" and .cause != $t.cause then lie("cause"; $t) else empty end,
	if .confidence == "proven" and .rule.handle != null and .rule.handle != $t.rule.handle
	then lie("rule"; $t) else empty end,
	if .outcome != $t.outcome and .outcome != "unknown" then lie("outcome"; $t) else empty end,
	if .delivery != $t.delivery and .delivery != "unknown" then lie("delivery"; $t) else empty end,
	if .generated_here != $t.generated_here and .generated_here != null
	then lie("generated here"; $t) else empty end,
	if [.cause, .confidence, .outcome, .suppressed_by, .delivery] !=
		[$t | .cause, .confidence, .outcome, .suppressed_by, .delivery]
	then "LESS \(key): \(.cause // .delivery) \(.confidence // "") \(.outcome // "")" else empty end;

def judge($truth; $got):
	($truth | map({key: key, value: .}) | from_entries) as $all |
	($got | map(key)) as $keys |
	[($got[] | $all[key] as $t | if $t then held_against($t) else "WRONG \(key): made up" end),
	 ($keys | group_by(.)[] | select(length > 1) | "WRONG \(.[0]): told \(length) times"),
	 ($all | keys - $keys | map("LESS \(.): not told of"))[]];
