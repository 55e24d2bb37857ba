# SPDX-License-Identifier: GPL-2.0-only
#
# match.jq - does an event say at least what is expected?

# Every field of $e is in $a with the same value; $a may have more. Every element
# of an expected array has its like in the actual one. A field "says:" is a regular
# expression for the object as a whole, for truths whose place is not in the contract.
def subset($e; $a):
  if ($e | type) == "string" and ($e | startswith("re:")) then
    ($a | type) == "string" and ($a | test($e[3:]))
  elif ($e | type) == "object" then
    ($a | type) == "object" and all($e | keys[]; . as $k
      | if $e[$k] == "absent:" then ($a | has($k) | not)
        elif $k == "says:" then ($a | tojson | test($e[$k]))
        else ($a | has($k)) and subset($e[$k]; $a[$k]) end)
  elif ($e | type) == "array" then
    ($a | type) == "array" and all($e[]; . as $x | any($a[]; . as $y | subset($x; $y)))
  else $e == $a end;

# The expected events that nothing fits, and the events that nobody expected, one
# readable line each; empty when all is well. An event that stands for n counts n
# times.
def differences($e; $a):
  [$a[] | . as $x | range($x.count // 1) | $x] as $a
  | reduce $e[] as $want ({left: $a, missing: []};
      .left as $left
      | (first(range($left | length) | . as $i | select(subset($want; $left[$i]))) // null) as $hit
      | if $hit == null then .missing += [$want]
        else .left = $left[:$hit] + $left[$hit + 1:] end)
  | (.missing[] | "missing  \(tojson)"), (.left[] | "extra    \(tojson)");

# The judge: a stream of "want" EVENT... "got" EVENT... "judge" in, one line out for
# each, the differences as a JSON array of strings. One process serves all scenarios:
# starting jq takes longer than comparing.
def judge(stream):
  foreach stream as $x ({};
    if $x == "want" then {part: "want", want: [], got: []}
    elif $x == "got" then .part = "got"
    elif $x == "judge" then .verdict = [differences(.want; .got)]
    elif .part == "want" then .want += [$x]
    else .got += [$x] end;
    if $x == "judge" then .verdict else empty end);
