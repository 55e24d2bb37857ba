#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Turn what the guests measured into a table and into JSON.

usage: report.py [--check] LIMITS JSON KERNEL=ROWS...

ROWS are files of one JSON object per measurement, as tests/bench/guest writes them; JSON is
written. With --check only what is over its limit, or could not be measured, is printed, and
then the exit status is 1.
"""
import fnmatch
import json
import sys


def read_rows(paths):
    """-> release, {row: {phase: measurement}}"""
    release, rows = "", {}
    for path in paths:
        for line in open(path, encoding="utf-8"):
            one = json.loads(line)
            if "release" in one:
                release = one["release"]
            else:
                rows.setdefault(one["row"], {})[one["phase"]] = one
    return release, rows


def measured(name, phases):
    """One row of the table from what was measured without (off) and with unreach (on)."""
    row = {"row": name}
    for one in phases.values():
        for trouble in ("error", "skip"):
            if trouble in one:
                return row | {trouble: one[trouble]}
    off, on = phases.get("off"), phases.get("on")
    if not off:
        return row | {"value": on["median"]} | (
            {"elapsed": on["elapsed"]} if "elapsed" in on else {})
    row |= {"off": off["median"], "on": on["median"], "more": on["median"] - off["median"],
            "ratio": round(on["median"] / off["median"], 3),
            "min_more": on["min"] - off["min"], "first_on": on["first"], "runs": on["runs"]}
    if "again" in phases:
        row["drift"] = phases["again"]["median"] - off["median"]
    return row


def derived(rows):
    """Rows that follow from others: [(name, value)]; what is missing is left out."""
    more = {r["row"]: r["more"] for r in rows if "more" in r}
    value = {r["row"]: r["value"] for r in rows if "value" in r}
    out = []

    def add(name, function):
        try:
            out.append({"row": name, "value": round(function(), 2)})
        except (KeyError, ZeroDivisionError):
            pass

    def attribution(engine, count):
        return more[f"reject.{engine}.{count}"] - more["reject.none"]

    # What a refused datagram costs more than a refused packet that has no port to look up.
    add("sockets.snapshot.0", lambda: more["reject.nft.10"] - more["reject.nft.raw"])
    add("sockets.snapshot.10", lambda: more["reject.nft.10"] - more["reject.nft.raw"] +
        more["sockets.elsewhere.10"] - more["sockets.slot.0"])
    add("sockets.per-match", lambda: (more["sockets.port.16"] - more["sockets.port.1"]) / 15)
    add("sockets.per-stranger", lambda: (more["sockets.slot.200"] - more["sockets.slot.0"]) / 200)
    for count in (10000, 100000):
        add(f"sockets.growth.{count}",
            lambda c=count: more[f"sockets.big.{c}"] / more["sockets.big.10"])
    # What it costs more than a closed port: to see the rule fire, and to tell which it is.
    for engine in ("nft", "iptables-nft", "iptables"):
        add(f"rules.first.{engine}",
            lambda e=engine: more[f"reject.{e}.first"] - more[f"reject.{e}.10"])
        add(f"rules.attribution.{engine}", lambda e=engine: attribution(e, 10))
        for count in (1000, 10000, 100000):
            add(f"rules.growth.{engine}.{count}",
                lambda e=engine, c=count: attribution(e, c) / attribution(e, 10))
    add("start.ratio", lambda: value["start.unreach"] / value["start.one"])
    return out


def read_limits(path):
    """-> [(pattern, quantity, limit, kernels)]"""
    limits = []
    for line in open(path, encoding="utf-8"):
        words = line.split("#")[0].split()
        if words:
            limits.append((words[0], words[1], float(words[2]), words[3:]))
    return limits


def apply_limits(rows, limits, kernel):
    for row in rows:
        for pattern, of, limit, kernels in limits:
            if fnmatch.fnmatchcase(row["row"], pattern) and (not kernels or kernel in kernels):
                row["limit"] = {"of": of, "most": limit}
        if "limit" in row and row["limit"]["of"] in row:
            row["over"] = row[row["limit"]["of"]] > row["limit"]["most"]


def number(value):
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) or value != int(value) else f"{int(value):,}"


def limit_words(row):
    if "limit" not in row:
        return ""
    words = number(row["limit"]["most"]) + {"more": " more", "ratio": " times"}.get(
        row["limit"]["of"], "")
    return words + ("  OVER" if row.get("over") else "")


def print_rows(rows):
    form = "{:26} {:>11} {:>11} {:>11} {:>6}  {}"
    print(form.format("", "without", "with", "more", "ratio", "limit").rstrip())
    for row in rows:
        if "error" in row or "skip" in row:
            print(f"{row['row']:26} {'not measured: ' + row.get('error', row.get('skip'))}")
            continue
        ratio = f"{row['ratio']:.2f}" if "ratio" in row else ""
        print(form.format(row["row"], number(row.get("off")),
                          number(row.get("on", row.get("value"))), number(row.get("more")),
                          ratio, limit_words(row)).rstrip())


def bad(row):
    return row.get("over") or "error" in row


def main():
    arguments = sys.argv[1:]
    check = "--check" in arguments
    arguments = [a for a in arguments if a != "--check"]
    if len(arguments) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    limits = read_limits(arguments[0])
    files, kernels = {}, []
    for argument in arguments[2:]:
        kernel, path = argument.split("=", 1)
        files.setdefault(kernel, []).append(path)
    for kernel, paths in files.items():
        release, measurements = read_rows(paths)
        rows = [measured(name, phases) for name, phases in measurements.items()]
        rows += derived(rows)
        apply_limits(rows, limits, kernel)
        kernels.append({"kernel": kernel, "release": release, "rows": rows})
    with open(arguments[1], "w", encoding="utf-8") as out:
        json.dump({"unit": "guest instructions; bytes for memory", "kernels": kernels}, out,
                  indent=1)
        out.write("\n")
    for one in kernels:
        rows = [r for r in one["rows"] if bad(r)] if check else one["rows"]
        if rows:
            print(f"\n== {one['kernel']} ({one['release']})")
            print_rows(rows)
    over = sum(1 for one in kernels for row in one["rows"] if bad(row))
    print(f"\n{sum(len(k['rows']) for k in kernels)} rows, {over} over their limit")
    return 1 if check and over else 0


if __name__ == "__main__":
    sys.exit(main())
