"""Trains the models that ship and writes their weights and cards.

    RIPPLEWATCH_DATA=... python -m benchmarks.text.ship RESULTS.json YYYY-MM-DD [code ...] [--cards]

``RESULTS.json`` is what ``python -m benchmarks.text --out`` wrote: the figures on the cards are those of texts that
were not learnt. Weights go to ``monitor/text/model/weights/<code>.npz``, cards to ``docs/models/text_<code>.md``.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.text.lessons import WEIGHTS, invented, pooled
from benchmarks.text.sets import SETS, records
from monitor.text.lexicon import load
from monitor.text.model.fit import fit
from monitor.text.model.linear import TextModel
from monitor.text.model.weights import dumps, loads

ROOT = Path(__file__).parents[2]
WEIGHTS_FOLDER = ROOT / "monitor" / "text" / "model" / "weights"
LANGUAGES = {"en": "English", "zh": "Chinese", "ko": "Korean", "te": "Telugu"}
LICENCES = {
    "en_complaints": "labels MIT; texts none stated",
    "zh_weibo2018": "none stated",
    "zh_waimai": "none stated",
    "zh_hotel": "none stated",
    "zh_shop10": "none stated",
    "ko_nsmc": "CC0",
    "ko_shopapps": "none stated",
    "ko_coupang_manual": "none stated",
    "te_actsa": "none stated; to be cited",
    "te_mtgcn": "none stated; to be cited",
}


def card(code: str, results: list[dict[str, Any]], date: str) -> dict[str, Any]:
    """What is told about the model of a language: sets, licences, figures, date."""
    used = [text_set for text_set in SETS if text_set.lang == code and text_set.fit]
    sets = [
        {
            "name": text_set.name,
            "texts": len(records(text_set)),
            "licence": LICENCES[text_set.name],
            "weight": WEIGHTS.get(text_set.name, 1.0),
        }
        for text_set in used
    ]
    sets.append({"name": "invented", "texts": len(invented(code)), "licence": "Apache-2.0", "weight": 4.0})
    figures = [
        {
            "set": found["name"],
            "n": found["n"],
            "macro_f1": [round(found["ours"][part], 3) for part in ("value", "low", "high")],
            "calibration_error": round(found["calibration"]["value"], 3) if found["calibration"] else None,
            "peer_macro_f1": round(found["peer"]["value"], 3),
        }
        for found in results
        if found["lang"] == code and not found["name"].startswith("en reason")
    ]
    return {"date": date, "sets": sets, "figures": figures, "lexicon": load(code).version}


def page(model: TextModel) -> str:
    """The card as a page."""
    about, shape = model.card, model.shape
    sets = [
        "| set | texts | weight of a text | licence |",
        "|---|---|---|---|",
        *(f"| {one['name']} | {one['texts']:,} | {one['weight']:g} | {one['licence']} |" for one in about["sets"]),
    ]
    figures = [
        "| what | texts | macro F1 (95 %) | TF-IDF + LR | calibration error |",
        "|---|---|---|---|---|",
        *(_figure(one) for one in about["figures"]),
    ]
    return (
        (Path(__file__).parent / "card.md")
        .read_text(encoding="utf-8")
        .format(
            language=LANGUAGES[model.language],
            version=model.version,
            date=about["date"],
            shortest=shape.shortest,
            longest=shape.longest,
            words=f"runs of up to {shape.words} words" if shape.words else "no words",
            lexicon=about["lexicon"],
            heads=", ".join(f"`{name}`" for name in sorted(model.heads)),
            sets="\n".join(sets),
            figures="\n".join(figures),
        )
    )


def _figure(one: dict[str, Any]) -> str:
    value, low, high = one["macro_f1"]
    error = "-" if one["calibration_error"] is None else f"{one['calibration_error']:.3f}"
    return (
        f"| {one['set']} | {one['n']:,} | {value:.3f} ({low:.3f}-{high:.3f}) | {one['peer_macro_f1']:.3f} | {error} |"
    )


def main() -> None:
    """Write weights and cards of the languages asked for."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("results", type=Path)
    options.add_argument("date")
    options.add_argument("codes", nargs="*", default=list(LANGUAGES))
    options.add_argument("--cards", action="store_true", help="new cards for the weights that are there")
    chosen = options.parse_args()
    results = json.loads(chosen.results.read_text(encoding="utf-8"))
    WEIGHTS_FOLDER.mkdir(exist_ok=True)
    for code in chosen.codes:
        file = WEIGHTS_FOLDER / f"{code}.npz"
        learnt = loads(file.read_bytes()) if chosen.cards else fit(code, pooled(code), progress=_tell(code))
        version = f"{code}-{chosen.date.replace('-', '.')}"
        model = replace(learnt, version=version, card=card(code, results, chosen.date))
        file.write_bytes(dumps(model))
        (ROOT / "docs" / "models" / f"text_{code}.md").write_text(page(model), encoding="utf-8")


def _tell(code: str) -> Callable[[str], None]:
    return lambda head: print(code, head, flush=True)


if __name__ == "__main__":
    main()
