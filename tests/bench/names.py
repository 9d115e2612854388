"""How fast spaCy tags names on one core: its convolutional recogniser in the usual size, so that its weights are as they
come (an untrained one does the same work for each word). Prints a JSON object: words a second of CPU, and megabytes."""

import json
import os
import resource
import sys
import time

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import spacy  # noqa: E402

ROUNDS = 3
LABELS = ["PERSON", "LOC", "ORG", "DATE"]


def main():
    texts = []
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as lines:
            texts += [json.loads(line)["text"] for line in lines]
    nlp = spacy.blank("en")
    recogniser = nlp.add_pipe("ner")
    for label in LABELS:
        recogniser.add_label(label)
    nlp.initialize()
    best, words = 0.0, 0
    for _ in range(ROUNDS):
        start = time.process_time()
        words = sum(len(doc) for doc in nlp.pipe(texts))
        best = max(best, words / (time.process_time() - start))
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"words": words, "words_per_second": best, "resident_mb": resident}))


main()
