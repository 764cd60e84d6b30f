"""B-cubed precision, recall and F, with an interval from resampled stories."""

import random
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from typing import NamedTuple

RESAMPLES = 1_000


class Score(NamedTuple):
    """What share of a post's group is its story, what share of its story is in its group; the mean over posts."""

    precision: float
    recall: float
    f: float
    low: float  # 95 % interval of f
    high: float


def bcubed(stories: Sequence[Hashable], groups: Sequence[Hashable], seed: int = 7) -> Score:
    """The figures for posts of known ``stories`` that were put into ``groups``; raises ValueError for no posts.

    >>> bcubed(["a", "a", "b"], [1, 1, 1])[:3]
    (0.5555555555555555, 1.0, 0.7142857142857143)
    """
    if not stories:
        raise ValueError("no posts")
    of_story, of_group = Counter(stories), Counter(groups)
    both = Counter(zip(stories, groups, strict=True))
    sums: dict[Hashable, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for pair in zip(stories, groups, strict=True):
        own = sums[pair[0]]
        own[0] += both[pair] / of_group[pair[1]]
        own[1] += both[pair] / of_story[pair[0]]
        own[2] += 1
    each = list(sums.values())
    dice = random.Random(seed)
    drawn = sorted(_mean(dice.choices(each, k=len(each)))[2] for _ in range(RESAMPLES))
    return Score(*_mean(each), drawn[RESAMPLES * 25 // 1000], drawn[RESAMPLES * 975 // 1000])


def _mean(each: Sequence[Sequence[float]]) -> tuple[float, float, float]:
    precision, recall, posts = (sum(column) for column in zip(*each, strict=True))
    precision, recall = precision / posts, recall / posts
    return precision, recall, 2 * precision * recall / (precision + recall)
