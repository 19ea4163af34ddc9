"""Each trap of connecting a calendar, keeping its token and reading it (CALENDAR-ANCHORS 1 to 27) is named by the test that walks into it."""
import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NAMED = re.compile(r"CALENDAR-ANCHORS (\d+(?:(?:, | and | to )\d+)*)")
APPLY = range(1, 28)  # 28 to 41 are about bookings


def numbers(text):
    found = set()
    for listed in NAMED.findall(text):
        parts = re.split(r"(, | and | to )", listed)
        found.add(int(parts[0]))
        for joint, number in zip(parts[1::2], parts[2::2]):
            found.update(range(int(parts[parts.index(number) - 2]), int(number) + 1) if joint == " to " else [int(number)])
    return found


def named():
    """{number: where}: of docstrings and comments of tests, not of whole files."""
    found = {}
    for path in sorted([*ROOT.rglob("test_*.py"), *ROOT.glob("unit/test_*.c")]):
        text = path.read_text()
        if path.suffix == ".c":
            for number in numbers(text):
                found.setdefault(number, []).append(path.name)
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for number in numbers(ast.get_source_segment(text, node)):
                    found.setdefault(number, []).append(f"{path.name}::{node.name}")
    return found


@pytest.mark.parametrize("text, expected", [
    ("CALENDAR-ANCHORS 7.", {7}), ("CALENDAR-ANCHORS 14, 16.", {14, 16}), ("CALENDAR-ANCHORS 23 to 25.", {23, 24, 25}),
    ("CALENDAR-ANCHORS 5: 8 of them", {5}), ("CALENDAR-ANCHORS 20 and 21", {20, 21}), ("calendars", set()),
])
def test_numbers_are_read(text, expected):
    assert numbers(text) == expected


@pytest.mark.parametrize("number", APPLY)
def test_a_test_names_the_trap(number):
    assert named().get(number), f"no test says CALENDAR-ANCHORS {number}"
