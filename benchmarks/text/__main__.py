"""How well posts are read: the trained models, the lexicons and TF-IDF with logistic regression on the same texts.

    RIPPLEWATCH_DATA=... python -m benchmarks.text [--only WORD] [--jobs 2] [--out results.json]

Needs scikit-learn for the peer (``pip install -e '.[bench]'``). Each text is asked by what was learnt without it: five
folds, or one domain or set left out. A set is learnt alone, or "as shipped" with all others of its language. Sets that
may not ship are learnt from only where the line asks for their reasons. Intervals are 95 %, from resampled texts. A
figure marked with * is below its target.
"""

import argparse
import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.text import tasks
from benchmarks.text.facets import AIRLINE
from benchmarks.text.figures import calibration_error, macro_f1
from benchmarks.text.peer import Peer
from benchmarks.text.tasks import Part, Task
from monitor.text.lexicon import load
from monitor.text.model.cues import cues_of
from monitor.text.model.fit import fit
from monitor.text.model.linear import TextModel
from monitor.text.model.reading import COMPLAINT, likeliest, sentiment
from monitor.text.normalise import fold, mask
from monitor.text.score import assess

AIRLINE_UNSEEN = {"learn": "en_complaints", "ask": "en_airline", "leave_domain": "transport", "brand": "*"}


def _task(title: str, lang: str, target: float | None, known: str, answer: str = "complaint", **arguments: Any) -> Task:
    return Task(title, lang, target, known, answer, arguments)


TASKS: tuple[tuple[Task, str], ...] = (
    (_task("en complaint, directed at a brand", "en", 0.82, ".771", name="en_complaints", directed=True), "in_folds"),
    (_task("en complaint, all posts", "en", None, ".812", name="en_complaints"), "in_folds"),
    (_task("en complaint, a domain left out", "en", 0.77, ".72-.77", name="en_complaints"), "without_domain"),
    (_task("en airline never seen, no transport learnt", "en", 0.78, ".734", **AIRLINE_UNSEEN), "across"),
    (_task("zh Weibo", "zh", 0.86, ".840", name="zh_weibo2018"), "in_folds"),
    (_task("ko shop apps", "ko", 0.84, ".824", name="ko_shopapps"), "in_folds"),
    (_task("ko brand complaints by hand", "ko", 0.88, ".869", name="ko_coupang_manual"), "in_folds"),
    (_task("te MTGCN", "te", 0.86, ".840", name="te_mtgcn"), "in_folds"),
    (_task("te ACTSA, three classes", "te", 0.60, ".545", answer="three", name="te_actsa", three=True), "in_folds"),
    (_task("zh shop reviews to Weibo", "zh", 0.74, ".666", learn="zh_shop10", ask="zh_weibo2018"), "across"),
    (_task("ko film reviews to shop apps", "ko", 0.78, ".740", learn="ko_nsmc", ask="ko_shopapps"), "across"),
    (_task("te ACTSA to MTGCN", "te", 0.72, ".659", learn="te_actsa", ask="te_mtgcn"), "across"),
    (_task("en reason, ten published classes", "en", 0.58, ".527", answer="reason", name="en_airline"), "reasons"),
    (_task("en reason, as ours", "en", None, "-", answer="reason", name="en_airline", mapped=AIRLINE), "reasons"),
    (_task("en degree of reproach, four", "en", 0.45, ".353", answer="reproach", name="en_complaints"), "reproaches"),
    (_task("zh Weibo, as shipped", "zh", None, ".840", name="zh_weibo2018", shipped=True), "in_folds"),
    (_task("zh takeaway, as shipped", "zh", None, ".891", name="zh_waimai", shipped=True), "in_folds"),
    (_task("ko shop apps, as shipped", "ko", None, ".824", name="ko_shopapps", shipped=True), "in_folds"),
    (_task("ko by hand, as shipped", "ko", None, ".869", name="ko_coupang_manual", shipped=True), "in_folds"),
    (_task("te MTGCN, as shipped", "te", None, ".840", name="te_mtgcn", shipped=True), "in_folds"),
)


def answers(task: Task, model: TextModel, texts: Sequence[str]) -> tuple[list[str], list[float]]:
    """What ``model`` says of each text, and its complaint probabilities where that is the question."""
    masked = [mask(fold(text)) for text in texts]
    found = model.probabilities(masked, cues_of(load(model.language), masked))
    each = [{name: float(values[n]) for name, values in found.items()} for n in range(len(texts))]
    if task.answer in ("reason", "reproach"):
        return [likeliest(task.answer, one) or "" for one in each], []
    probabilities = [one["complaint"] for one in each]
    if task.answer == "three":
        return [_class(sentiment(one["complaint"], one.get("praise"), 0.0)) for one in each], probabilities
    return ["complaint" if value >= COMPLAINT else "other" for value in probabilities], probabilities


def by_lexicon(task: Task, texts: Sequence[str]) -> list[str]:
    """What the lexicon alone says of each text; nothing where it is not asked that."""
    read = [assess(load(task.lang), mask(fold(text))) for text in texts]
    if task.answer == "complaint":
        return ["complaint" if said.is_complaint else "other" for said in read]
    return [_class(said.sentiment or 0.0) for said in read] if task.answer == "three" else []


def _class(mood: float) -> str:
    return "negative" if mood < -1 / 3 else "positive" if mood > 1 / 3 else "neutral"


def run(job: tuple[Task, str]) -> dict[str, Any]:
    """The figures of one line."""
    task, parts = job
    truth: list[str] = []
    ours: list[str] = []
    peers: list[str] = []
    lexicon: list[str] = []
    probabilities: list[float] = []
    made: list[Part] = list(getattr(tasks, parts)(**task.arguments))
    for part in made:
        said, how_likely = answers(task, fit(task.lang, part.train), part.texts)
        truth += part.truth
        ours += said
        probabilities += how_likely
        peers += Peer(part.peer_texts, part.peer_truth).answers(part.texts)
        lexicon += by_lexicon(task, part.texts)
    complaints = [label in ("complaint", "negative") for label in truth]
    return {
        "name": task.name,
        "lang": task.lang,
        "n": len(truth),
        "target": task.target,
        "known": task.known,
        "ours": asdict(macro_f1(truth, ours)),
        "peer": asdict(macro_f1(truth, peers)),
        "lexicon": asdict(macro_f1(truth, lexicon)) if lexicon else None,
        "calibration": asdict(calibration_error(probabilities, complaints)) if probabilities else None,
        "set": task.arguments.get("name"),
        "shipped": bool(task.arguments.get("shipped")) or task.lang == "en",
        "in_language": parts == "in_folds",
    }


def line(found: dict[str, Any]) -> str:
    """One line of the table."""
    ours, target = found["ours"], found["target"]
    missed = "*" if target is not None and round(ours["value"], 3) < target else " "
    shown = f"{ours['value']:.3f}{missed}({ours['low']:.3f}-{ours['high']:.3f})"
    peer = f"{found['peer']['value']:.3f} ({found['peer']['low']:.3f}-{found['peer']['high']:.3f})"
    lexicon = f"{found['lexicon']['value']:.3f}" if found["lexicon"] else "-"
    error = f"{found['calibration']['value']:.3f}" if found["calibration"] else "-"
    aim = f"{target:.2f}" if target else "-"
    return f"| {found['name']} | {found['n']:,} | {aim} | {shown} | {peer} | {lexicon} | {error} | {found['known']} |"


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("--only", default="", help="lines whose name holds this word")
    options.add_argument("--jobs", type=int, default=1)
    options.add_argument("--out", type=Path, help="write the figures as JSON too")
    chosen = options.parse_args()
    jobs = [job for job in TASKS if chosen.only.lower() in job[0].name.lower()]
    print("| macro F1 | texts | target | ours (95 %) | TF-IDF + LR | lexicon | calibration error | known baseline |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    results = []
    with ProcessPoolExecutor(chosen.jobs) as pool:
        for found in pool.map(run, jobs):
            results.append(found)
            print(line(found), flush=True)
    for code in ("en", "zh", "ko", "te"):
        errors = [r for r in results if r["lang"] == code and r["in_language"] and r["calibration"]]
        if errors:
            n = np.array([r["n"] for r in errors], float)
            mean = float(np.dot(n / n.sum(), [r["calibration"]["value"] for r in errors]))
            print(f"calibration error, {code}: {mean:.3f} over {int(n.sum()):,} texts (target .05)")
    if chosen.out:
        chosen.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
