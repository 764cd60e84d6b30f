"""Ways to gather texts: the program's own, and what it is compared with."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from benchmarks.issues.sets import Row
from monitor.domain import AccountKey, BrandMatch, Post, PostKey
from monitor.text.reader import TextReader
from monitor.text.topics.issues import IssueClusters
from monitor.text.topics.near_duplicates import NearDuplicates
from monitor.text.topics.shingles import bare

_WORDS = re.compile("[\u3400-\u9fff]|[^\\W_]+")
HALF_LIFE = timedelta(hours=48)
READER = TextReader()


def posts(rows: Sequence[Row]) -> list[Post]:
    """The rows as posts that were read; each counts as a complaint, for what is measured is the gathering."""
    read = READER.read_many([(row.text, None) for row in rows])
    return [
        Post(
            PostKey("set", row.id),
            AccountKey("set", row.id),
            row.text,
            row.at,
            row.at,
            brand_matches=(BrandMatch(row.brand, row.brand, "name", row.brand),),
            assessment=replace(said, complaint=1.0),
        )
        for row, said in zip(rows, read, strict=True)
    ]


def issues(rows: Sequence[Row]) -> list[Hashable]:
    """As the program does it."""
    clusters = IssueClusters()
    return [clusters.assign(row.brand, post) for row, post in zip(rows, posts(rows), strict=True)]


def alone(rows: Sequence[Row]) -> list[Hashable]:
    """Every post a group of its own."""
    return [row.id for row in rows]


def same_text(rows: Sequence[Row]) -> list[Hashable]:
    """Posts with the same words, whatever their case, signs and addresses."""
    return [(row.brand, bare(row.text)) for row in rows]


def copies(rows: Sequence[Row]) -> list[Hashable]:
    """Near-duplicates alone, without an end to what is remembered."""
    families = NearDuplicates(kept=timedelta(days=10_000)).families((row.text, row.at) for row in rows)
    return [(row.brand, family) for row, family in zip(rows, families, strict=True)]


def reason_and_day(rows: Sequence[Row]) -> list[Hashable]:
    """Brand, the reason that the program reads, and day."""
    return [
        (post.brand_matches[0].brand, post.assessment and post.assessment.reason, post.created_at.date())
        for post in posts(rows)
    ]


class TfIdf:
    """Single pass over TF-IDF vectors: to the nearest group whose cosine is high enough. Weights from other texts."""

    def __init__(self, learnt: Sequence[Row], enough: float = 0.45) -> None:
        self._enough = enough
        self._texts = len(learnt)
        self._having = Counter(word for row in learnt for word in set(_tokens(row.text)))

    def __call__(self, rows: Sequence[Row]) -> list[Hashable]:
        groups: dict[str, dict[int, tuple[datetime, dict[str, float]]]] = defaultdict(dict)
        using: dict[tuple[str, str], set[int]] = defaultdict(set)
        found: list[Hashable] = []
        for place, row in enumerate(rows):
            own, vector = groups[row.brand], self._vector(row.text)
            near = {key for word in vector for key in using[row.brand, word]}
            scores = {key: _cosine(vector, own[key][1]) for key in near}
            best = max(scores, key=lambda key: (scores[key], -key), default=None)
            key = place if best is None or scores[best] < self._enough else best
            at, centre = own.get(key, (row.at, {}))
            fade = 0.5 ** (max(timedelta(0), row.at - at) / HALF_LIFE)
            merged = Counter({word: weight * fade for word, weight in centre.items()})
            merged.update(vector)
            own[key] = (max(at, row.at), dict(merged))
            for word in vector:
                using[row.brand, word].add(key)
            found.append((row.brand, key))
        return found

    def _vector(self, text: str) -> dict[str, float]:
        counts = Counter(_tokens(text))
        weights = {w: n * (math.log((1 + self._texts) / (1 + self._having[w])) + 1) for w, n in counts.items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {word: weight / length for word, weight in weights.items()}


def _tokens(text: str) -> list[str]:
    """Words and their pairs; of Chinese the characters and their pairs."""
    words = _WORDS.findall(re.sub(r"https?://\S+|@\w+", " ", text.lower()))
    return [*words, *(f"{a} {b}" for a, b in pairwise(words))]


def _cosine(vector: dict[str, float], centre: dict[str, float]) -> float:
    length = math.sqrt(sum(weight * weight for weight in centre.values()))
    return sum(weight * centre.get(word, 0.0) for word, weight in vector.items()) / length if length else 0.0
