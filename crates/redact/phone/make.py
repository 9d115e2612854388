#!/usr/bin/env python3
"""Makes crates/redact/src/phone/plan.rs: which telephone numbers the world's numbering plans assign.

    python3 -m venv venv && venv/bin/pip install phonenumbers==9.0.43
    venv/bin/python crates/redact/phone/make.py > crates/redact/src/phone/plan.rs

The facts come from libphonenumber's metadata (Apache-2.0). Its expressions are not carried over: each is walked as an
automaton, and what is kept is which lengths the assigned numbers have behind each of the thousand first three digits.
"""

import functools
import sys
from re import _parser as expression_parser

import phonenumbers
from phonenumbers import PhoneMetadata

VERSION = "9.0.43"
KINDS = (
    "fixed_line mobile toll_free premium_rate shared_cost personal_number voip pager uan voicemail"
).split()
# Mexico gave up the 1 before mobile numbers in 2019; address books have not.
STILL_WRITTEN = {52: [("1[2-9]\\d{9}", 11)]}
# E.164: a number has fifteen digits at most, its country's code included.
DIGITS_MAX = 15
# How many digits decide: three are an area code in most plans.
DEPTH = 3
# Printable, and nothing that a Rust string would need to escape.
ALPHABET = "".join(chr(c) for c in range(0x21, 0x7F) if chr(c) not in "\"\\")
# A run is up to this long, or a multiple of a hundred.
RUN_MAX = 80


class Automaton:
    """A non-deterministic automaton over digits."""

    def __init__(self):
        self.free, self.moves = [], []
        self.start, self.end = self.state(), self.state()

    def state(self):
        self.free.append([])
        self.moves.append([])
        return len(self.free) - 1

    def add(self, pattern):
        begin = self.state()
        self.free[self.start].append(begin)
        self.free[self.chain(expression_parser.parse(pattern), begin)].append(self.end)

    def chain(self, parts, state):
        for operator, argument in parts:
            state = self.part(str(operator), argument, state)
        return state

    def part(self, operator, argument, state):
        if operator in ("LITERAL", "IN"):
            then = self.state()
            items = argument if operator == "IN" else [(operator, argument)]
            self.moves[state].append((digits(items), then))
            return then
        if operator == "SUBPATTERN":
            return self.chain(argument[3], state)
        if operator == "BRANCH":
            then = self.state()
            for alternative in argument[1]:
                begin = self.state()
                self.free[state].append(begin)
                self.free[self.chain(alternative, begin)].append(then)
            return then
        if operator == "MAX_REPEAT":
            least, most, inner = argument
            for _ in range(least):
                state = self.chain(inner, state)
            then = self.state()
            self.free[state].append(then)
            for _ in range(most - least):
                state = self.chain(inner, state)
                self.free[state].append(then)
            return then
        raise ValueError(f"{operator} in a pattern")

    def closure(self, states):
        seen = set(states)
        todo = list(seen)
        while todo:
            for then in self.free[todo.pop()]:
                if then not in seen:
                    seen.add(then)
                    todo.append(then)
        return frozenset(seen)

    @functools.cache
    def step(self, states, digit):
        return self.closure(t for s in states for allowed, t in self.moves[s] if digit in allowed)

    @functools.cache
    def accepts_after(self, states, length):
        """Whether some further `length` digits lead to the end."""
        if length == 0:
            return self.end in states
        return bool(states) and any(
            self.accepts_after(self.step(states, digit), length - 1) for digit in range(10)
        )


def digits(items):
    allowed = set()
    for operator, argument in items:
        operator = str(operator)
        if operator == "LITERAL":
            allowed.add(argument - ord("0"))
        elif operator == "RANGE":
            allowed.update(range(argument[0] - ord("0"), argument[1] - ord("0") + 1))
        elif operator == "CATEGORY":
            allowed.update(range(10))
        else:
            raise ValueError(f"{operator} in a class")
    return allowed


def metadata(region, code):
    if region == "001":
        return PhoneMetadata.metadata_for_nongeo_region(code)
    return PhoneMetadata.metadata_for_region(region)


def patterns(code, regions):
    """Every pattern of assigned numbers, each with the lengths that it may have."""
    for region in regions:
        for kind in KINDS:
            described = getattr(metadata(region, code), kind)
            if described is not None and described.national_number_pattern:
                yield described.national_number_pattern, described.possible_length
    for pattern, length in STILL_WRITTEN.get(code, []):
        yield pattern, (length,)


def runs(code, regions):
    """The possible lengths, and (lengths, count) for each run of first three digits with the same lengths."""
    automaton, possible = Automaton(), set()
    for pattern, lengths in patterns(code, regions):
        automaton.add(pattern)
        possible.update(n for n in lengths if DEPTH <= n <= DIGITS_MAX - len(str(code)))
    found = []
    for number in range(10**DEPTH):
        states = automaton.closure([automaton.start])
        for digit in str(number).zfill(DEPTH):
            states = automaton.step(states, int(digit))
        mask = sum(1 << n for n in possible if automaton.accepts_after(states, n - DEPTH))
        if found and found[-1][0] == mask:
            found[-1][1] += 1
        else:
            found.append([mask, 1])
    return sum(1 << n for n in possible), found


def encoded(found, masks):
    """Each run as a letter for its lengths and a letter for how long it is. No run stands for what is left: none."""
    if found[-1][0] == 0:
        found = found[:-1]
    text = ""
    for mask, count in found:
        letter = ALPHABET[masks.index(mask)]
        hundreds = count // 100 if count > RUN_MAX else 0
        rest = count - 100 * hundreds
        if hundreds:
            text += letter + ALPHABET[RUN_MAX + hundreds - 1]
        while rest:
            part = min(rest, RUN_MAX)
            text += letter + ALPHABET[part - 1]
            rest -= part
    return text


def wrapped(head, text):
    """`head("text"),` over as many lines as it takes; a backslash joins them again."""
    line, lines = f'    {head}"', []
    for at in range(0, len(text), 2):
        if len(line) > 96:
            lines.append(line + "\\")
            line = "      "
        line += text[at : at + 2]
    return "\n".join([*lines, line + '"),'])


def main():
    if phonenumbers.__version__ != VERSION:
        sys.exit(f"needs phonenumbers {VERSION}, not {phonenumbers.__version__}")
    plans = [
        (code, regions, *runs(code, regions))
        for code, regions in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items())
    ]
    masks = sorted({mask for *_, found in plans for mask, _ in found})
    assert len(masks) <= len(ALPHABET) and RUN_MAX + 10 <= len(ALPHABET), "the alphabet is too small"
    print(
        "//! Which numbers the world's telephone plans assign: code, regions, trunk prefix, possible lengths, and the\n"
        "//! lengths behind each first three digits.\n"
        "//!\n"
        f"//! Made by phone/make.py from libphonenumber's metadata {VERSION}; not by hand.\n"
        "\n"
        "use super::code::Plan;\n"
        "\n"
        "/// What a letter of a plan stands for: bit n is set where a national number may have n digits.\n"
        "#[rustfmt::skip]\n"
        f"pub(super) static LENGTHS: [u16; {len(masks)}] = ["
    )
    for at in range(0, len(masks), 12):
        print("    " + " ".join(f"{mask:#x}," for mask in masks[at : at + 12]))
    print(
        "];\n\n"
        "/// Sorted by code.\n"
        "#[rustfmt::skip]\n"
        f"pub(super) static PLANS: [Plan; {len(plans)}] = ["
    )
    for code, regions, possible, found in plans:
        names = "".join(region for region in regions if region != "001")
        trunk = metadata(regions[0], code).national_prefix or ""
        head = f'Plan::new({code}, "{names}", "{trunk}", {possible:#x}, '
        print(wrapped(head, encoded(found, masks)))
    print("];")


main()
