"""The text sets under RIPPLEWATCH_DATA, and which of them may be used for what."""

import gzip
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class TextSet:
    """One labelled set: its language, which label counts, whether numbers fitted on it may be shipped."""

    name: str
    lang: str
    label: str = "negative"
    fit: bool = True  # False: NC or academic, for evaluation only


SETS = (
    TextSet("en_complaints", "en", label="complaint"),
    TextSet("en_airline", "en", fit=False),
    TextSet("zh_weibo2018", "zh"),
    TextSet("zh_waimai", "zh"),
    TextSet("zh_hotel", "zh"),
    TextSet("zh_shop10", "zh"),
    TextSet("zh_osm2022", "zh", fit=False),
    TextSet("ko_nsmc", "ko"),
    TextSet("ko_shopapps", "ko"),
    TextSet("ko_coupang_manual", "ko"),
    TextSet("te_actsa", "te"),
    TextSet("te_mtgcn", "te"),
)


def data_dir() -> Path:
    """The folder of the recorded sets; ends the program with a reason where it is not set."""
    folder = os.environ.get("RIPPLEWATCH_DATA")
    if not folder:
        raise SystemExit("RIPPLEWATCH_DATA is not set: it names the folder with the recorded data sets")
    return Path(folder)


def rows(text_set: TextSet, half: int | None = None) -> list[tuple[str, bool]]:
    """(text, whether it has the label that counts) for each row of the set, or each even (0) or odd (1) row."""
    with gzip.open(data_dir() / "text" / f"{text_set.name}.dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        labelled = [(row["text"], row["label"] == text_set.label) for row in map(json.loads, lines)]
    return labelled if half is None else labelled[half::2]


def records(text_set: TextSet) -> list[dict[str, Any]]:
    """The rows of the set as they stand."""
    with gzip.open(data_dir() / "text" / f"{text_set.name}.dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
