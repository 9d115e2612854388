"""Writes the gold set: documents of many genres with what is personal in them annotated, from a fixed seed.

    python3 tests/gold/make.py OUT.jsonl            writes the documents, one JSON object a line
    python3 tests/gold/make.py OUT.jsonl --check    and reads them back: offsets, order, check digits, counts

A span is [start, end, TYPE, has_context] in code points, end exclusive; has_context is 1 when a word nearby says what
the value is. Every date written with day, month and year is annotated; times and dates without a year are not.
A table cell counts its header as nearby within the first rows alone.
"""

import sys

sys.dont_write_bytecode = True

import json
import random

import layouts

SEED = 20_311
COUNT = 2_640
SHORTEST, LONGEST = 300, 3_000
LANGS = ["en"] * 10 + ["es"] * 7 + ["fr", "de", "pt"]


def document(make, kind):
    while True:
        piece = layouts.BUILD[kind](make)
        if SHORTEST <= len(piece.text) <= LONGEST and piece.spans:
            return piece


def documents():
    make = layouts.Maker(random.Random(SEED))
    order = [lang for at in range(COUNT // len(LANGS)) for lang in LANGS]
    make.rng.shuffle(order)
    for number, lang in enumerate(order):
        make.lang = lang
        kind = make.deal("kind", layouts.kinds(lang))
        yield number, lang, kind, document(make, kind)


def main():
    names = [word for word in sys.argv[1:] if not word.startswith("--")]
    if len(names) != 1:
        sys.exit(__doc__)
    made = list(documents())
    with open(names[0], "w", encoding="utf-8", newline="\n") as out:
        for number, lang, kind, piece in made:
            row = {"id": number, "lang": lang, "kind": kind, "text": piece.text, "spans": piece.spans}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    if "--check" in sys.argv:
        import check

        check.run(names[0], made)


if __name__ == "__main__":
    main()
