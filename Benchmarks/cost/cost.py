#!/usr/bin/env python3
"""Writes the tables of docs/cost.md from measured units and prices.

    cost.py                    writes them
    cost.py --check            fails when they are not what the units and prices give
    cost.py --measure FILE     measures the units anew on the local cloud of this state file, first

The units are in units.json beside this script, the prices in prices.json.
"""

import argparse
import json
import re
import sys
from pathlib import Path

import tables

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
DOCUMENT = ROOT / "docs" / "cost.md"
UNITS = FOLDER / "units.json"
BLOCK = re.compile(r"(<!-- table: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--measure", type=Path, metavar="FILE")
    options = parser.parse_args()
    if options.measure:
        # How large a row is, the local cloud's table knows; both need its Python packages.
        sys.path.append(str(ROOT / "LocalCloud"))
        from measure import measure
        UNITS.write_text(json.dumps(measure(options.measure), indent=2) + "\n")
    found = DOCUMENT.read_text(encoding="utf-8")
    wanted = written(found)
    if options.check and wanted != found:
        sys.exit("cost: docs/cost.md is not current; run ./justw cost")
    if wanted != found:
        DOCUMENT.write_text(wanted, encoding="utf-8")


def written(text):
    """The document with its tables made anew; every table must have its place."""
    made = tables.all_tables()
    places = [match[2] for match in BLOCK.finditer(text)]
    if sorted(places) != sorted(made):
        sys.exit(f"cost: the document has places for {places}, the tables are {sorted(made)}")
    return BLOCK.sub(lambda match: f"{match[1]}{made[match[2]]}\n{match[3]}", text)


if __name__ == "__main__":
    main()
