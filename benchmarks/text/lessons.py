"""What the shipped models learn from: labelled rows as examples; never a row whose set may not ship.

A set of posts counts in full, reviews a tenth or less: the program reads posts. In the Korean shops three stars are
mostly a complaint in words and four stars often hold one, so the first teach half a complaint and the second little.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.text.sets import SETS, TextSet, records
from monitor.text.model.fit import Example
from monitor.text.names import without_names

Row = Mapping[str, Any]

WEIGHTS = {
    "zh_waimai": 0.05,
    "zh_hotel": 0.05,
    "zh_shop10": 0.05,
    "ko_coupang_manual": 2.0,
    "ko_nsmc": 0.1,
}
ELSEWHERE = 0.2  # of posts that are not directed at any brand
UNADDRESSED = 0.5  # of a directed post without its handles
INVENTED = 4.0  # of an invented post that neither complains nor praises
STARS = {3: 0.5, 4: 0.3}
_SENTIMENT = {"negative": -1, "neutral": 0, "positive": 1}
_HANDLE = re.compile(r"@\w+")
_SERVICE = re.compile(r"(?:customer|support|cares?|helps?|service|svc|ask|uk|us|_)+", re.IGNORECASE)


def examples(text_set: TextSet, rows: Iterable[Row], weight: float = 1.0) -> list[Example]:
    """What the rows of one set teach.

    All English complaints speak to a handle, and most other posts of that set to nobody; elsewhere people complain
    about a brand without speaking to it. So each directed post teaches once more, without its handles.
    """
    found = [example for row in rows if (example := _example(text_set, row, weight)) is not None]
    if text_set.name != "en_complaints":
        return found
    spoken = (example for example in found if example.weight == weight and "@" in example.text)
    return found + [
        replace(example, text=_HANDLE.sub(" ", example.text), weight=weight * UNADDRESSED, reproach=None)
        for example in spoken
    ]


def _example(text_set: TextSet, row: Row, weight: float) -> Example | None:
    text, label = without_brand(row), row["label"]
    if text_set.name == "en_complaints":
        degree = int(row["severity"]) - 1 if (row.get("severity") or "0") != "0" else None
        return Example(
            text,
            label == "complaint",
            weight * (1.0 if is_directed(row) else ELSEWHERE),
            sentiment=_SENTIMENT.get(row.get("sentiment") or ""),
            reproach=degree,
        )
    stars = row.get("rating") if text_set.name == "ko_shopapps" else None
    if stars is not None and int(stars) in STARS:
        return Example(text, int(stars) == 3, weight * STARS[int(stars)])
    judged = None if label == "neutral" and text_set.name != "te_actsa" else label == "negative"
    return Example(text, judged, weight, sentiment=_SENTIMENT[label])


def is_directed(row: Row) -> bool:
    """Whether a row of the English complaints speaks to or about a brand."""
    return not row["domain"].startswith("random")


def without_brand(row: Row) -> str:
    """The text of a row without the name of its brand, as posts are read that name a watched one."""
    brand = row.get("brand")
    if not brand:
        return str(row["text"])
    names = {brand, _SERVICE.sub(" ", brand).strip(), *brand.split()}
    return without_names(str(row["text"]), [name for name in names if len(name) > 2])


def invented(language: str) -> list[Example]:
    """Posts written for this purpose: most neither complain nor praise, some English ones complain to nobody."""
    listed = tomllib.loads((Path(__file__).parent / "invented.toml").read_text(encoding="utf-8"))
    neither, wrong = listed.get(language, ""), listed["complaint"].get(language, "")
    return [
        *(Example(line, label=False, weight=INVENTED, sentiment=0) for line in _lines(neither)),
        *(Example(line, label=True, weight=INVENTED, sentiment=-1) for line in _lines(wrong)),
    ]


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def pooled(language: str, leave: Mapping[str, Sequence[Row]] | None = None) -> list[Example]:
    """The examples of all shippable sets of ``language``, without the rows that are to be left out, by text."""
    out = {row["text"] for rows in (leave or {}).values() for row in rows}
    return invented(language) + [
        example
        for text_set in SETS
        if text_set.lang == language and text_set.fit
        for example in examples(
            text_set,
            (row for row in records(text_set) if row["text"] not in out),
            WEIGHTS.get(text_set.name, 1.0),
        )
    ]
