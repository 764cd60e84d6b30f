"""The hand-written word lists of one language, read from ``languages/<code>.toml``."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Literal, NamedTuple

from monitor.text.phrases import Phrases, Together, bare

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
REASONS = (
    "delay",
    "cancellation",
    "property",
    "billing",
    "staff",
    "outage",
    "defect",
    "privacy",
    "safety",
    "refund",
)
# How much a phrase says about the reason. "sure" says that something failed, "about" only what it is about.
BEARING = {"sure": 2.0, "about": 1.6, "plain": 1.0, "hint": 0.4}
CALLS = ("boycott", "regulator", "press")
CALL_DEGREE = 2  # a call to action is a threat
Irony = Literal["sure", "mock", "roll", "sincere"]
Tone = Literal["blame", "accusation", "emotion", "swearing", "request", "report"]
TONES: tuple[Tone, ...] = ("blame", "accusation", "emotion", "swearing", "request", "report")


class Cue(NamedTuple):
    """What a phrase does to the reading of a text."""

    role: Role
    weight: float = 1.0


class Facet(NamedTuple):
    """What a phrase says a complaint is about."""

    kind: Literal["reason", "severity", "harm", "call"]
    name: str = ""  # of the reason or call
    degree: int = 0  # of the severity that it speaks for
    weight: float = 1.0  # of the reason


@dataclass(frozen=True)
class Sample:
    """An invented sentence and how it must be read."""

    text: str
    sign: Literal["complaint", "praise", "neutral"]
    reason: str | None = None  # None: not looked at
    severity: int | None = None  # None: not looked at
    calls: tuple[str, ...] = ()
    sarcasm: bool = False


@dataclass(frozen=True)
class Lexicon:
    """The word lists of one language, compiled."""

    code: str
    version: str
    cues: Phrases[Cue]
    facets: Phrases[tuple[Facet, ...]]
    irony: Phrases[Irony]
    tones: Phrases[Tone]
    weights: Mapping[str, float]
    reach: int  # how many characters a word of denial or emphasis carries
    samples: tuple[Sample, ...]

    @cached_property
    def all(self) -> Together:
        """Cues, facets, irony and tones, in this order, found in one pass."""
        return Together([self.cues, self.facets, self.irony, self.tones])


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


def _facet_lists(document: Mapping[str, Any]) -> Iterator[tuple[Facet | None, list[str]]]:
    for reason in REASONS:
        for bearing, weight in BEARING.items():
            degree = 1 if bearing == "sure" else 0
            yield (
                Facet("reason", name=reason, degree=degree, weight=weight),
                phrases(document["reason"][reason][bearing]),
            )
    for name, degree in SEVERITY.items():
        yield Facet("severity", degree=degree), phrases(document["severity"][name])
    for call in CALLS:
        yield Facet("call", name=call, degree=CALL_DEGREE), phrases(document["calls"][call])
    yield Facet("harm", degree=1), phrases(document["harm"]["words"])
    yield None, phrases(document["severity"]["harmless"])


def _facets(document: Mapping[str, Any]) -> dict[str, tuple[Facet, ...]]:
    """What each phrase stands for; a "harmless" one stands for no severity and no harm, whatever is inside it."""
    facets: dict[str, tuple[Facet, ...]] = {}
    harmless: set[str] = set()
    for facet, listed in _facet_lists(document):
        for phrase in listed:
            placed = _placed(document, phrase)
            facets[placed] = facets.get(placed, ()) if facet is None else (*facets.get(placed, ()), facet)
            if facet is None:
                harmless.add(placed)
    return {
        phrase: tuple(facet for facet in several if phrase not in harmless or facet.kind == "reason")
        for phrase, several in _inherited(facets).items()
    }


def _inherited(facets: Mapping[str, tuple[Facet, ...]]) -> dict[str, tuple[Facet, ...]]:
    """Each phrase with the facets of the phrases inside it too, since only the longest is found in a text."""
    parts = Phrases(facets)
    return {
        phrase: _strongest(facet for several in parts.within(bare(phrase)) for facet in several) for phrase in facets
    }


def _strongest(facets: Iterable[Facet]) -> tuple[Facet, ...]:
    """Each facet once; of a reason that comes with several weights the heaviest."""
    found: dict[tuple[str, str, int], Facet] = {}
    for facet in facets:
        key = (facet.kind, facet.name, facet.degree if facet.kind == "severity" else 0)
        if key not in found or found[key].weight < facet.weight:
            found[key] = facet
    return tuple(found.values())


def _listed(document: Mapping[str, Any], section: str) -> dict[str, Any]:
    """Each phrase of a section with the name of its list."""
    lists = document[section].items()
    return {_placed(document, phrase): name for name, listed in lists for phrase in phrases(listed)}


@cache
def load(code: str) -> Lexicon:
    """The lexicon of a language; read and compiled once."""
    document = raw(code)
    return Lexicon(
        code=code,
        version=f"lexicon-{code}-{document['version']}",
        cues=Phrases({_placed(document, phrase): cue for cue, listed in cue_lists(document) for phrase in listed}),
        facets=Phrases(_facets(document)),
        irony=Phrases(_listed(document, "sarcasm")),
        tones=Phrases(_listed(document, "tone")),
        weights=document["weights"],
        reach=document["reach"],
        samples=tuple(_sample(sample) for sample in document["sample"]),
    )


def _sample(written: Mapping[str, Any]) -> Sample:
    return Sample(**{**written, "calls": tuple(written.get("calls", ()))})
