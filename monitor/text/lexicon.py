"""The hand-written word lists of one language, read from ``languages/<code>.toml``."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

from monitor.text.phrases import Phrases, bare, pattern

Role = Literal[
    "complaint",
    "praise",
    "negators",
    "deniers",
    "intensifiers",
    "diminishers",
    "contrast",
    "demands",
    "waiting",
    "address",
    "questions",
    "ignored",  # holds a word of another list without its meaning: "looks like", "好久"
]
STRENGTH = {"strong": 2.0, "plain": 1.0, "mild": 0.5}
SEVERITY = {"threat": 2, "safety": 3}


class Cue(NamedTuple):
    """What a phrase does to the reading of a text."""

    role: Role
    weight: float = 1.0


class Facet(NamedTuple):
    """What a phrase says a complaint is about."""

    kind: Literal["reason", "severity", "harm"]
    name: str = ""  # of the reason
    degree: int = 0  # of the severity


@dataclass(frozen=True)
class Sample:
    """An invented sentence and how it must be read."""

    text: str
    sign: Literal["complaint", "praise", "neutral"]


@dataclass(frozen=True)
class Lexicon:
    """The word lists of one language, compiled."""

    code: str
    version: str
    cues: Phrases[Cue]
    facets: Phrases[tuple[Facet, ...]]
    weights: Mapping[str, float]
    reach: int  # how many characters a word of denial or emphasis carries
    samples: tuple[Sample, ...]


@cache
def languages() -> tuple[str, ...]:
    """Codes of the languages that can be read: one for each file in the folder."""
    folder = files("monitor.text") / "languages"
    return tuple(sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml")))


def raw(code: str) -> dict[str, Any]:
    """The file of a language as it stands."""
    return tomllib.loads((files("monitor.text") / "languages" / f"{code}.toml").read_text(encoding="utf-8"))


def phrases(listed: str) -> list[str]:
    """The entries of one comma-separated list.

    >>> phrases("late, delayed*,\\n never again")
    ['late', 'delayed*', 'never again']
    """
    return [phrase.strip() for phrase in listed.replace("\n", " ").split(",") if phrase.strip()]


def _placed(document: Mapping[str, Any], phrase: str) -> str:
    """``phrase`` marked as found at the beginning of a word only, where the language is written that way."""
    return f"_{phrase}" if document["begins"] == "word" and phrase[0].isalpha() else phrase


def cue_lists(document: Mapping[str, Any]) -> Iterator[tuple[Cue, list[str]]]:
    """Each list of phrases that speaks for or against a complaint, with the cue that its phrases stand for."""
    for strength, weight in STRENGTH.items():
        yield Cue("complaint", weight), phrases(document["complaint"][strength])
        yield Cue("praise", weight), phrases(document["praise"][strength])
    for role, listed in document["cues"].items():
        yield Cue(role), phrases(listed)


def _facet_lists(document: Mapping[str, Any]) -> Iterator[tuple[Facet, list[str]]]:
    for reason, listed in document["reason"].items():
        yield Facet("reason", name=reason), phrases(listed)
    for name, degree in SEVERITY.items():
        yield Facet("severity", degree=degree), phrases(document["severity"][name])
    yield Facet("harm"), phrases(document["harm"]["words"])


def _inherited(facets: Mapping[str, tuple[Facet, ...]]) -> dict[str, tuple[Facet, ...]]:
    """Each phrase with the facets of the phrases inside it too, since only the longest is found in a text."""
    parts = [(bare(phrase), pattern(phrase), several) for phrase, several in facets.items()]
    return {
        phrase: tuple(
            dict.fromkeys(
                facet
                for inner, inside, several in parts
                if inner in bare(phrase) and inside.search(bare(phrase))
                for facet in several
            )
        )
        for phrase in facets
    }


@cache
def load(code: str) -> Lexicon:
    """The lexicon of a language; read and compiled once."""
    document = raw(code)
    facets: dict[str, tuple[Facet, ...]] = {}
    for facet, listed in _facet_lists(document):
        for phrase in listed:
            placed = _placed(document, phrase)
            facets[placed] = (*facets.get(placed, ()), facet)
    return Lexicon(
        code=code,
        version=f"lexicon-{code}-{document['version']}",
        cues=Phrases({_placed(document, phrase): cue for cue, listed in cue_lists(document) for phrase in listed}),
        facets=Phrases(_inherited(facets)),
        weights=document["weights"],
        reach=document["reach"],
        samples=tuple(Sample(sample["text"], sample["sign"]) for sample in document["sample"]),
    )
