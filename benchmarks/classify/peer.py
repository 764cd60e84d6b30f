"""The peer: plain TF-IDF with logistic regression, fitted here, then asked line by line like ``ripplewatch classify``.

    python peer.py TRAINING.jsonl LINES.jsonl

Needs scikit-learn and nothing else of the project. Prints the texts a second of reading, predicting and writing JSON.
"""

import json
import os
import sys
import time
from itertools import islice
from pathlib import Path

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union

BATCH = 1000


def main() -> None:
    """Fit, then predict."""
    with Path(sys.argv[1]).open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    signs = TfidfVectorizer(analyzer="char", ngram_range=(2, 5), min_df=2, sublinear_tf=True)
    model = make_pipeline(make_union(words, signs), LogisticRegression(max_iter=300))
    model.fit([row["text"] for row in rows], [row["complaint"] for row in rows])
    started, count = time.process_time(), 0
    with Path(sys.argv[2]).open(encoding="utf-8") as lines, Path(os.devnull).open("w", encoding="utf-8") as out:
        while batch := [json.loads(line) for line in islice(lines, BATCH)]:
            for row, (_, complaint) in zip(batch, model.predict_proba([row["text"] for row in batch]), strict=True):
                out.write(json.dumps({"id": row["id"], "complaint": round(complaint, 4)}) + "\n")
            count += len(batch)
    print(count / (time.process_time() - started))


if __name__ == "__main__":
    main()
