#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Validate every event below a results folder against the JSON schema.

usage: validate.py SCHEMA FOLDER
Prints how many events were valid, or each violation with the event that holds it.
"""
import json
import pathlib
import sys

try:
    import jsonschema
except ImportError:
    sys.exit("validate.py: python3-jsonschema is missing: apt-get install python3-jsonschema")


def events(folder):
    """Yield (where, line) of every JSON line in the event files of a guest."""
    for path in sorted(pathlib.Path(folder).rglob("*events.json")):
        for number, line in enumerate(path.read_text(errors="surrogateescape").splitlines(), 1):
            if line.startswith("{"):
                yield f"{path.relative_to(folder)}:{number}", line


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    schema = json.loads(pathlib.Path(sys.argv[1]).read_text())
    validator_class = jsonschema.validators.validator_for(schema)
    validator_class.check_schema(schema)
    validator = validator_class(schema)
    total = bad = 0
    for where, line in events(sys.argv[2]):
        total += 1
        try:
            problems = [e.message for e in validator.iter_errors(json.loads(line))]
        except ValueError as error:
            problems = [f"no JSON: {error}"]
        if problems:
            bad += 1
            print(f"{where}: {'; '.join(problems[:3])}\n  {line}")
    if total == 0:
        print(f"no events below {sys.argv[2]}: nothing was validated")
        return 1
    print(f"{total - bad} of {total} events valid")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
