#!/usr/bin/env python3
"""Rules of the project that no other tool checks. Prints every breach with its file and line.

- a Swift file has at most 500 lines, unless it is generated
- no tracked file contains a path of somebody's machine
- every relative link in a Markdown file leads somewhere
- no two decision records have the same number
- the command line prints through CLI/Output alone, which checks every write
- every test has a sentence for its name, so that a report says which promise does not hold

(What a module may import is checked by Tests/ProjectTests.)
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MACHINE_PATH = re.compile(r"(?<![\w.$~/-])/(?:home|Users|root|work)/[\w.-]")
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
LONGEST_FILE = 500
# A test's attribute and the quoted name behind it, which may stand on the next line.
TEST = re.compile(r'@Test\b(?:\s*\(\s*"(?P<name>(?:[^"\\]|\\.)*)")?')
LONGEST_TEST_NAME = 90
UNCHECKED_PRINT = re.compile(
    r"(?<![\w.])(?:print|debugPrint|dump|puts|printf|fputs|fwrite)\(|STDOUT_FILENO|Glibc\.write\("
)


def main():
    breaches = []
    for name in tracked_files():
        path = ROOT / name
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        breaches += machine_paths(name, lines)
        if name.endswith(".swift"):
            breaches += long_file(name, lines)
            breaches += unchecked_prints(name, lines)
            breaches += unnamed_tests(name, lines)
        if name.endswith(".md"):
            breaches += dead_links(path, name, lines)
    breaches += decision_numbers()
    for breach in breaches:
        print(breach, file=sys.stderr)
    sys.exit(1 if breaches else 0)


def tracked_files():
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in listing.stdout.split("\0") if name]


def machine_paths(name, lines):
    for number, line in enumerate(lines, 1):
        if MACHINE_PATH.search(line):
            yield f"{name}:{number}: a path of one machine"


def long_file(name, lines):
    generated = lines[:1] == ["// swift-format-ignore-file"]
    if len(lines) > LONGEST_FILE and not generated:
        yield f"{name}:{len(lines)}: a Swift file has at most {LONGEST_FILE} lines"


def unchecked_prints(name, lines):
    if not name.startswith("CLI/") or name.startswith("CLI/Output/"):
        return
    for number, line in enumerate(lines, 1):
        if UNCHECKED_PRINT.search(line):
            yield f"{name}:{number}: prints past Output, which checks every write"


def unnamed_tests(name, lines):
    text = "\n".join(lines)
    for test in TEST.finditer(text):
        number = text.count("\n", 0, test.start()) + 1
        sentence = test["name"]
        if sentence is None:
            yield f"{name}:{number}: a test without a sentence for its name"
        elif not sentence[:1].strip("abcdefghijklmnopqrstuvwxyz ") or sentence[-1:] in ".:":
            yield f"{name}:{number}: a test's name is a sentence, without its full stop"
        elif len(sentence) > LONGEST_TEST_NAME:
            yield f"{name}:{number}: a test's name has at most {LONGEST_TEST_NAME} characters"


def dead_links(path, name, lines):
    for number, line in enumerate(lines, 1):
        for target in LINK.findall(line):
            if "://" not in target and not (path.parent / target).exists():
                yield f"{name}:{number}: nothing at {target}"


def decision_numbers():
    seen = {}
    for path in sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md")):
        number = path.name[:4]
        if number in seen:
            yield f"docs/decisions/{path.name}:1: same number as {seen[number]}"
        seen[number] = path.name


if __name__ == "__main__":
    main()
