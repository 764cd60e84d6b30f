"""How well and how fast brands are found, beside one regular expression a term: prints the tables of RESULTS.md.

nice python -m benchmarks.brands
"""

import json
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from time import process_time
from typing import Protocol

from benchmarks.brands.plain import Matcher as PlainMatcher
from monitor.domain import Brand, BrandMatch
from monitor.match import Matcher
from monitor.text.brands.measure import Agreement
from ui.sections import BrandSection

FOLDER = Path("tests/fixtures/brands")
LANGUAGES = ("en", "zh", "ko", "te")
COUNTS = (1, 50, 500)
TRIALS, ENOUGH = 3, 3_000  # the best of; texts in each


class Finds(Protocol):
    """What both ways of matching can do."""

    def match(self, text: str, links: Sequence[str] = ()) -> tuple[BrandMatch, ...]:
        """The matches in a text."""


def main() -> None:
    """Print both tables, and what is still wrong."""
    sections = tomllib.loads((FOLDER / "brands.toml").read_text(encoding="utf-8"))["brands"]
    brands = [BrandSection(**section).brand() for section in sections]
    posts = [json.loads(line) for line in (FOLDER / "posts.jsonl").read_text(encoding="utf-8").splitlines()]
    print_quality(posts, Matcher(brands), PlainMatcher(brands))
    print_speed([post["text"] for post in posts], brands)


def print_quality(posts: list[dict[str, object]], ours: Finds, plain: Finds) -> None:
    """Precision and recall by part and language, and each error of ours."""
    print("| part | language | posts | precision (95 %) | recall (95 %) | one expression a term |")
    print("|---|---|---|---|---|---|")
    for part in ("dev", "held"):
        for language in (*LANGUAGES, "all"):
            chosen = [post for post in posts if post["part"] == part and language in (post["lang"], "all")]
            here, there = _agreement(chosen, ours), _agreement(chosen, plain)
            peer = f"{there.precision:.3f} / {there.recall:.3f}"
            precision = _figure(here.precision, here.precision_interval)
            recall = _figure(here.recall, here.recall_interval)
            print(f"| {part} | {language} | {len(chosen)} | {precision} | {recall} | {peer} |")
    print()
    for post in posts:
        found = _brands(ours, str(post["text"]))
        if found != set(post["brands"]):  # type: ignore[call-overload]
            print(f"- {post['part']} {post['id']}: {post['text']} → {sorted(found)}, meant {post['brands']}")


def _brands(matcher: Finds, text: str) -> set[str]:
    return {match.brand for match in matcher.match(text)}


def _agreement(posts: list[dict[str, object]], matcher: Finds) -> Agreement:
    counted = Agreement()
    for post in posts:
        counted.add(_brands(matcher, str(post["text"])), post["brands"])  # type: ignore[arg-type]
    return counted


def _figure(value: float | None, within: tuple[float, float] | None) -> str:
    return "–" if value is None or within is None else f"{value:.3f} ({within[0]:.3f}–{within[1]:.3f})"


def print_speed(posts: list[str], brands: list[Brand]) -> None:
    """Texts a second of processor time, for posts that name a brand and for others."""
    random = Random(7)
    others = [_sentence(random, language) for language in LANGUAGES for _ in range(75)]
    print("\n| brands | texts | this, texts/s | one expression a term | times |\n|---|---|---|---|---|")
    for count in COUNTS:
        watched = [*brands[:count], *(_invented(random, place) for place in range(len(brands), count))]
        ours, plain = Matcher(watched), PlainMatcher(watched)
        for title, texts in (("the posts above", posts), ("no brand in them", others)):
            fast, slow = _pace(ours.match, texts), _pace(plain.match, texts)
            print(f"| {count} | {title} | {fast:,.0f} | {slow:,.0f} | {fast / slow:.1f} |")


def _pace(match: Callable[[str], object], texts: list[str]) -> float:
    for text in texts:
        match(text)
    best = 0.0
    for _ in range(TRIALS):
        rounds, start = 0, process_time()
        while rounds == 0 or (rounds * len(texts) < ENOUGH and process_time() - start < 5):
            rounds += 1
            for text in texts:
                match(text)
        best = max(best, rounds * len(texts) / (process_time() - start))
    return best


_SIGNS = {
    "en": [a + b + c for a in "bdfglmnprst" for b in "aeiou" for c in "lmnrst"],
    "zh": [chr(code) for code in range(0x4E00, 0x5200)],
    "ko": [chr(code) for code in range(0xAC00, 0xD7A3, 7)],
    "te": [a + b for a in "కగచజటడతదనపబమయరలవసహ" for b in ("", "ా", "ి", "ు", "్")],
}


def _sentence(random: Random, language: str) -> str:
    words = ("".join(random.choices(_SIGNS[language], k=random.randint(1, 3))) for _ in range(16))
    return (" " if language != "zh" else "").join(words)


def _invented(random: Random, place: int) -> Brand:
    word = "".join(random.choices(_SIGNS["en"], k=3))
    names = (
        word.title(),
        f"{word.title()} Air",
        *("".join(random.choices(_SIGNS[code], k=4)) for code in ("zh", "ko", "te")),
    )
    required, forbidden = ("bag", "bank", "phone", "은행", "银行", "ఖాతా"), ("football", "river", "축구", "足球", "నది")
    return Brand(f"brand-{place}", word, names, (word,), (word,), required=required, forbidden=forbidden)


if __name__ == "__main__":
    main()
