"""Prints docs/accuracy.md: what `tacitd eval` counts on each annotated set."""

import json
import os
import re
import subprocess
import sys
import tempfile

# What the types of the sets mean here, where their names are neither ours nor Presidio's.
SECRETS = (
    "AWS_ACCESS_KEY ANTHROPIC_KEY DB_URL GITHUB_TOKEN GITLAB_TOKEN GOOGLE_API_KEY HF_TOKEN JWT NPM_TOKEN OPENAI_KEY "
    "PASSWORD PRIVATE_KEY SENDGRID_KEY SLACK_TOKEN STRIPE_KEY TELEGRAM_TOKEN"
).split()
OTHERS = "ES_CCC=BANK_ACCOUNT ES_PLATE=PLATE VIN=VEHICLE IMEI=DEVICE BIC=BANK_CODE ETH_ADDRESS=WALLET".split()
NAMES = "PERSON,LOCATION"

HEAD = """# Accuracy

<!-- Made by `tests/bench/accuracy > docs/accuracy.md`; this text stands in tests/bench/accuracy.py. -->

What is found of what was annotated. *Coverage* is the share of annotated characters that were hidden under whatever kind; *false* are spans that touch
nothing annotated. Precision and recall count a span when its ends and its kind are exactly those annotated.

## Rules

At each aggressiveness, by the rules alone (`NER_ENABLED=false`) and without the names and places that are annotated; the
rows *with names* are those of the whole program, at the balanced setting.

The sets are synthetic. `ours` is made by `tests/gold/make.py`, which was written without looking at the rules: 2,640
documents in English, Spanish, French, German and Portuguese (contracts, clinical notes, e-mails, logs, chats, JSON, CSV
and others), with nearly as many distractors as items. `dense` and `sparse` are those that other detectors were measured on:
there, the best other coverage of `dense` is .910, with 3,235 false spans. Of our false spans in `dense` 443, in `sparse`
740 are coordinates of a place, which those sets count as nobody's.
"""


NAMES_HEAD = """
## Names

People, places and organisations by the model inside the program and the rules together, on text that people wrote and
annotated; exact ends and kind. Each record is read by itself, and the language is guessed. Nothing of AnCora, Europarl, UNER
(EWT, PUD), GermEval or TAB was trained on; [decision 6](decisions/0006-a-tagger-of-our-own.md) has the model alone, its other
labels, how often a score is right, and what was tried. *Reached* is the share of people of whose names at least a part was
hidden, whatever the kind.

The rows *with names* of the first table count as false what the synthetic sets do not annotate: of `ours` nearly half are
countries in headings (`NIE (Spain)`) and three in ten the set's own invented companies, which are names. Before words of code,
parties and headings were taken out (`crates/redact/src/nobody.rs`), there were 2,764 in `ours` and 1,583 in `dense`.
"""

# Of another command, so that this page has it all in one place.
ALONE = """
## The model alone, and what was asked of it

By `cargo run --release -p tacit-ner-train -- --data ../shared/data/ner --measure --part test-a`, exact ends and label:

| set | F1 | asked for |
| --- | --: | --: |
| `meddocan` | 95.8 | 95 |
| `ancora-cess` | 70.1 | 62 |
| `uner-ewt` | 70.0 | 68 |
| `uner-pud-en` | 66.0 | 65 |
| `wnut17` | 40.0 | 45 |

WNUT17, posts with made-up spelling and names of works and products, falls short by five points (51 for people, places and
organisations together). Six more trainings were tried: tweets in small letters at two weights, the set at double weight, both
with capitals, and a related set silent about names that it does not annotate; they came to 39.4 to 40.2
([decision 6](decisions/0006-a-tagger-of-our-own.md)). Clusters of words and a second pass over the first one's tags were not
tried. Speed beside what was asked for stands in [performance](performance.md#names).

What a score means, on text of a kind that was not trained on (AnCora's test part): of spans with such a score, so many are
right. `NER_CONFIDENCE_THRESHOLD` is that score.

| score | spans | mean score | right |
| --- | --: | --: | --: |
| 0.2 to 0.3 | 12 | 0.25 | 0.33 |
| 0.3 to 0.4 | 19 | 0.36 | 0.32 |
| 0.4 to 0.5 | 40 | 0.46 | 0.62 |
| 0.5 to 0.6 | 54 | 0.56 | 0.70 |
| 0.6 to 0.7 | 62 | 0.65 | 0.68 |
| 0.7 to 0.8 | 75 | 0.75 | 0.76 |
| 0.8 to 0.9 | 114 | 0.86 | 0.82 |
| 0.9 to 1.0 | 288 | 0.96 | 0.91 |
"""

COURT_HEAD = """
## Court decisions

The test documents of the Text Anonymization Benchmark. Everything that is found only when it is asked for is: ages,
amounts and counts, years, loose dates and lengths of time, professions, relations, nationalities, and what the model tells of
numbers. The last row is that of a policy, [tests/bench/court.toml](../tests/bench/court.toml): names count from a score of
0.15 on, and the court itself and the bodies that every decision speaks of are allowed. Asked for were direct .990, quasi .850
and precision .700, which that row reaches and no aggressiveness by itself does.

A mention is masked when all its letters and digits are. Precision is the share of masked words that an annotator masked; a
title before a name that is masked counts as masked with it. Which mentions identify directly is an approximation in this
copy. Nothing was trained on these documents, but what they miss was looked at when the rules for dates and counts were
written, and the policy's threshold and list were chosen on them: another half will do a little worse. Of the quasi mentions
that this row still misses, three in ten are bodies, and more than four are what no form tells (*attempted suicide*, *coal*).
"""

SETS = "meddocan ancora-cess uner-ewt uner-pud-en wnut17 btc wikigold europarl-es europarl-en germeval14 lener-br".split()
LABELS = "PER=PERSON,LOC=LOCATION,ORG=ORGANIZATION"
THREE = "PERSON,LOCATION,ORGANIZATION"
# These sets count the title to the name.
TITLE = re.compile(r"(\b(Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Lord|Judge)\.?\s+)?$")
EVERYTHING = 'also = ["AGE", "AMOUNT", "DATE", "GENDER", "ID", "NATIONALITY", "PROFESSION", "RELATION"]\n'


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 3):
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return done.stdout


def measure(program, path, level, names=False):
    pairs = [f"{name}=SECRET" for name in SECRETS] + OTHERS
    command = [program, "eval", path, "--map", ",".join(pairs), "-o", "json"]
    command += ["--privacy.redact-aggressiveness", level]
    command += [] if names else ["--without", NAMES, "--ner.enabled", "false"]
    return json.loads(run(command))


def records(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def names(program, path, level):
    """Counts names: the figures of `tacitd eval`, and the share of people of whom a part was hidden."""
    others = sorted({span[2] for one in records(path) for span in one["spans"]} - {"PER", "LOC", "ORG"})
    command = [program, "eval", path, "--map", LABELS, "--kinds", THREE, "-o", "json"]
    command += ["--privacy.redact-aggressiveness", level]
    command += ["--without", ",".join(others)] if others else []
    figures = json.loads(run(command))
    people = reached = 0
    for one, found in zip(records(path), hidden(program, path, ["--privacy.redact-aggressiveness", level])):
        for start, end, label in (span[:3] for span in one["spans"]):
            if label == "PER":
                people += 1
                reached += any(a < end and start < b for a, b in found)
    return figures, reached / max(people, 1)


def hidden(program, path, flags):
    """The places that are hidden in each record."""
    lines = run([program, "analyze", "--ndjson", "--field", "text", "--quiet", path, *flags]).splitlines()
    places = [[] for _ in records(path)]
    for line in map(json.loads, lines):
        places[line["line"] - 1].append((line["start"], line["end"]))
    return places


def court(program, path, level, says):
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/court.toml", "w", encoding="utf-8") as policy:
            policy.write(says)
        flags = ["--privacy.policies", folder, "--privacy.policy", "court", "--privacy.redact-aggressiveness", level]
        places = hidden(program, path, flags)
    masked, all_mentions = {"DIRECT": 0, "QUASI": 0}, {"DIRECT": 0, "QUASI": 0}
    right = words = 0
    for one, found in zip(records(path), places):
        text = one["text"]
        covered, gold = bytearray(len(text)), bytearray(len(text))
        for start, end in found:
            start -= len(TITLE.search(text[max(0, start - 12) : start]).group())
            covered[start:end] = b"\1" * (end - start)
        for (start, end, *_), how in zip(one["spans"], one["ident"]):
            gold[start:end] = b"\1" * (end - start)
            all_mentions[how] += 1
            masked[how] += all(covered[at] for at in range(start, end) if text[at].isalnum())
        for word in re.finditer(r"\w+", text):
            if covered[word.start()]:
                words += 1
                right += gold[word.start()]
    share = {how: masked[how] / max(all_mentions[how], 1) for how in masked}
    return share["DIRECT"], share["QUASI"], right / max(words, 1)


def cells(figures):
    counts = figures["counts"]
    shares = [f"{figures[name]:.3f}" for name in ("precision", "recall", "f1")]
    return [str(counts["gold"])] + shares + [f"{figures['coverage']:.4f}", str(counts["false_spans"])]


def row(*fields):
    print("| " + " | ".join(fields) + " |")


def name_of(path):
    return path.rsplit("/", 1)[-1].removesuffix(".jsonl")


def main():
    program, people, paths = sys.argv[1], sys.argv[2], sys.argv[3:]
    print(HEAD)
    row("set", "aggressiveness", "annotated", "precision", "recall", "F1", "coverage", "false")
    row("---", "---", *["--:"] * 6)
    balanced = {}
    for path in paths:
        for level in ("relaxed", "balanced", "strict"):
            figures = measure(program, path, level)
            if level == "balanced":
                balanced[path] = figures
            row(f"`{name_of(path)}`", level, *cells(figures["all"]))
        if any(span[2] == "PERSON" for one in records(path) for span in one["spans"]):
            row(f"`{name_of(path)}`", "balanced, with names", *cells(measure(program, path, "balanced", True)["all"]))
    for path, figures in balanced.items():
        print(f"\n## `{name_of(path)}`, kind by kind, balanced\n")
        row("kind", "annotated", "precision", "recall", "F1", "coverage", "false")
        row("---", *["--:"] * 6)
        for kind, of_kind in figures["kinds"].items():
            row(f"`{kind}`", *cells(of_kind))
    if people:
        of_names(program, people)


def of_names(program, folder):
    print(NAMES_HEAD)
    row("set", "aggressiveness", "annotated", "precision", "recall", "F1", "person", "place", "organisation", "reached")
    row("---", "---", *["--:"] * 8)
    for name in SETS:
        for level in ("balanced", "strict") if name in ("uner-ewt", "uner-pud-en") else ("balanced",):
            figures, reached = names(program, f"{folder}/{name}.jsonl", level)
            kinds = [f"{figures['kinds'].get(kind, {}).get('f1', 0):.3f}" for kind in THREE.split(",")]
            row(f"`{name}`", level, *cells(figures["all"])[:4], *kinds, f"{reached:.3f}")
    print(ALONE, end="")
    path = f"{folder}/tab.jsonl"
    if os.path.exists(path):
        print(COURT_HEAD)
        row("aggressiveness", "direct", "quasi", "precision of words")
        row("---", *["--:"] * 3)
        for level in ("relaxed", "balanced", "strict"):
            row(level, *(f"{share:.3f}" for share in court(program, path, level, EVERYTHING)))
        with open(os.path.join(os.path.dirname(__file__), "court.toml"), encoding="utf-8") as policy:
            row("balanced, `court.toml`", *(f"{share:.3f}" for share in court(program, path, "balanced", policy.read())))


main()
