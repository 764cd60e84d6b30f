"""How surely the language of a post is told: right, unknown and wrong, by language and by length.

    RIPPLEWATCH_DATA=... python -m benchmarks.language [texts per language and length]

Two parts: posts of the recorded sets in the four languages that are read (left out without RIPPLEWATCH_DATA), and the
invented sentences beside this file, in more than twenty; those of ``unseen.tsv`` were written when the word lists were
done. "wrong" is an answer that is not the right one; "unknown" is no answer. Peers are run on the same texts where they
are installed: lingua-language-detector, py3langid. They always answer as they come; they are no part of the program.
"""

import gzip
import json
import os
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from monitor.clock import elapsed_seconds
from monitor.text.language import identify, identify_masked
from monitor.text.normalise import fold, mask

Identify = Callable[[str], str | None]

LENGTHS = ((2, "1-2"), (5, "3-5"), (10, "6-10"), (10**9, ">10"))
OWN_SCRIPT = {"zh": ("\u3400", "\u9fff"), "ko": ("\u1100", "\ud7af"), "te": ("\u0c00", "\u0c7f"), "en": ("a", "z")}
SENTENCES = {
    "while the word lists were written": Path(__file__).with_name("sentences.tsv"),
    "after that": Path(__file__).with_name("unseen.tsv"),
}
SEED = 20260301
HEAD = f"{'right':>8} {'unknown':>8} {'wrong':>8}"


@dataclass
class Tried:
    """Answers to the texts of one row of the table."""

    texts: float = 0
    answers: Counter[str] = field(default_factory=Counter)

    def add(self, accepted: set[str], answer: str) -> None:
        """Count one answer; "-" is none."""
        self.texts += 1
        self.answers["right" if answer in accepted else "unknown" if answer == "-" else "wrong"] += 1

    def row(self) -> str:
        """Shares of right, unknown and wrong."""
        return " ".join(f"{self.answers[kind] / self.texts:>8.2%}" for kind in ("right", "unknown", "wrong"))


def length(code: str, words: str) -> str:
    """The bucket of a text; two Chinese characters count as a word."""
    count = sum("\u3400" <= sign <= "\u9fff" for sign in words) // 2 if code == "zh" else len(words.split())
    return next(name for most, name in LENGTHS if count <= most)


Posts = dict[tuple[str, str], list[str]]


def posts() -> tuple[Posts, Counter[str]]:
    """Folded and masked posts by language and length, and how many of each language's sets were left out.

    Left out are texts without a letter of the script of their set: an English review among Korean ones is no Korean.
    """
    found: Posts = defaultdict(list)
    foreign: Counter[str] = Counter()
    for path in sorted((Path(os.environ["RIPPLEWATCH_DATA"]) / "text").glob("*.dev.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                words = mask(fold(row["text"]))
                first, last = OWN_SCRIPT[row["lang"]]
                if any(first <= sign <= last for sign in words):
                    found[row["lang"], length(row["lang"], words)].append(words)
                else:
                    foreign[row["lang"]] += 1
    return found, foreign


def sentences(file: Path) -> Iterator[tuple[set[str], str, str]]:
    """Accepted answers ("-": unknown), kind and text of each invented sentence."""
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            answers, kind, text = line.split("\t")
            yield set(answers.split("|")), kind, text


def peers() -> dict[str, Identify]:
    """Those that are installed."""
    found: dict[str, Identify] = {}
    try:
        from lingua import LanguageDetectorBuilder

        detector = LanguageDetectorBuilder.from_all_languages().with_preloaded_language_models().build()

        def lingua(text: str) -> str | None:
            told = detector.detect_language_of(text)
            return (
                None if told is None else {"nb": "no", "nn": "no"}.get(code := told.iso_code_639_1.name.lower(), code)
            )

        found["lingua"] = lingua
    except ImportError:
        print("lingua-language-detector is not installed: left out")
    try:
        import py3langid

        found["py3langid"] = lambda text: {"nb": "no", "nn": "no"}.get(code := py3langid.classify(text)[0], code)
    except ImportError:
        print("py3langid is not installed: left out")
    return found


def on_posts(candidates: dict[str, Identify], per_bucket: int) -> None:
    """Print the table of the recorded sets; ">= 3" gives each length the weight that it has in the sets."""
    everything, foreign = posts()
    rng = random.Random(SEED)
    texts = {key: rng.sample(found, min(per_bucket, len(found))) for key, found in everything.items()}
    print("\nRecorded posts, no hint of the site; left out as in another script than their set:", dict(foreign))
    print(f"{'':<12}{'language':<10}{'words':<7}{'texts':>6}  {HEAD}")
    for name, told in candidates.items():
        started = elapsed_seconds()
        for code in OWN_SCRIPT:
            longer: Counter[str] = Counter()
            for _, bucket in LENGTHS:
                tried = Tried()
                for text in texts[code, bucket]:
                    tried.add({code}, told(text) or "-")
                print(f"{name:<12}{code:<10}{bucket:<7}{tried.texts:>6}  {tried.row()}")
                if bucket != "1-2":
                    for kind, count in tried.answers.items():
                        longer[kind] += count / tried.texts * len(everything[code, bucket])
            print(f"{name:<12}{code:<10}{'>= 3':<7}{'':>6}  {Tried(longer.total(), longer).row()}")
        rate = sum(map(len, texts.values())) / (elapsed_seconds() - started)
        print(f"{name:<12}{rate:,.0f} texts/s")


def _groups(accepted: set[str], kind: str) -> tuple[str, str]:
    if kind == "plain":
        kind = f"plain {min(accepted)}" if accepted <= set(OWN_SCRIPT) else "plain, other languages"
    return kind, "all"


def on_sentences(candidates: dict[str, Identify], written: str) -> None:
    """Print the table of one file of invented sentences, and each that the first candidate did not get right."""
    rows = list(sentences(SENTENCES[written]))
    print(f"\nInvented sentences, written {written}: {len(rows)}")
    print(f"{'':<12}{'kind':<32}{'texts':>6}  {HEAD} {'as en':>6} {'as te':>6}")
    for name, told in candidates.items():
        kinds: dict[str, Tried] = defaultdict(Tried)
        taken: dict[str, Counter[str]] = defaultdict(Counter)
        for accepted, kind, text in rows:
            answer = told(text) or "-"
            for group in _groups(accepted, kind):
                kinds[group].add(accepted, answer)
                taken[group][answer] += answer not in accepted
            if name == next(iter(candidates)) and answer not in accepted:
                print(f"  {answer:<4}{text}")
        for group, tried in sorted(kinds.items()):
            stolen = f"{taken[group]['en']:>6} {taken[group]['te']:>6}"
            print(f"{name:<12}{group:<32}{tried.texts:>6}  {tried.row()} {stolen}")


def main() -> None:
    """Print the tables."""
    per_bucket = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    others = peers()
    if os.environ.get("RIPPLEWATCH_DATA"):
        on_posts({"ripplewatch": identify_masked, **others}, per_bucket)
    else:
        print("RIPPLEWATCH_DATA is not set: recorded posts are left out")
    for written in SENTENCES:
        on_sentences({"ripplewatch": identify, **others}, written)


if __name__ == "__main__":
    main()
