"""What every model that ships must keep to: found by itself, and out of step with nothing."""

import re
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from monitor.text.lexicon import REASONS, languages, load
from monitor.text.model.ngrams import count
from monitor.text.model.weights import loads, shipped
from monitor.text.names import without_names
from monitor.text.normalise import fold, mask
from monitor.text.reader import TextReader
from ui.models import InUse
from ui.quality import measured

FOLDER = files("monitor.text.model") / "weights"
PAGES = Path(__file__).parents[2] / "docs" / "models"
# Their licences allow to measure with them, and no more.
EVALUATION_ONLY = {"en_airline", "zh_osm2022", "conv_twcs"}
KINDS = {"complaint", "praise"}
DEGREES = {f"{kind}:{degree}" for kind in ("severity", "reproach") for degree in range(4)}
BRAND = ["Northline Air", "Northline", "北线航空", "北线", "노스라인항공", "노스라인", "నార్త్‌లైన్"]
MAX_BYTES = 3_000_000  # of a file: the package is to stay small

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="no shipped weights yet")
CODES = sorted({*languages(), *(file.name[:-4] for file in FOLDER.iterdir())}) if FOLDER.is_dir() else [*languages()]


def model(code):
    found = shipped(code)
    assert found is not None, f"monitor/text/model/weights/{code}.npz is missing"
    return found


@pytest.fixture(scope="module")
def reader():
    return TextReader()


def test_there_is_a_model_for_every_language_that_is_read_and_for_no_other():
    assert {file.name for file in FOLDER.iterdir()} == {f"{code}.npz" for code in languages()}


@pytest.mark.parametrize("code", CODES)
def test_it_is_a_model_of_its_language(code):
    found = model(code)
    assert found.language == code
    assert found.version.startswith(f"{code}-")
    assert set(found.heads) <= KINDS | DEGREES | {f"reason:{reason}" for reason in REASONS}
    assert set(found.heads) >= KINDS
    assert all(sum(name.startswith(f"{kind}:") for name in found.heads) != 1 for kind in ("severity", "reproach"))


@pytest.mark.parametrize("code", CODES)
def test_its_file_is_small_and_no_older_than_what_reads(code):
    packed = (FOLDER / f"{code}.npz").read_bytes()
    assert len(packed) < MAX_BYTES
    assert loads(packed).version == model(code).version


@pytest.mark.parametrize("code", CODES)
def test_its_card_says_when_and_from_what_it_learnt(code):
    card = model(code).card
    assert date(2026, 1, 1) <= date.fromisoformat(card["date"])
    assert card["lexicon"] == load(code).version, "its cues are those of the word lists it was trained with"
    assert card["sets"]
    for one in card["sets"]:
        assert one["name"]
        assert one["licence"]
        assert one["texts"] > 0
    assert not {one["name"] for one in card["sets"]} & EVALUATION_ONLY


@pytest.mark.parametrize("code", CODES)
def test_its_card_says_how_well_it_reads(code):
    found = model(code)
    listed = found.card["figures"]
    assert listed
    for one in listed:
        value, low, high = one["macro_f1"]
        assert one["set"]
        assert one["n"] >= 100
        assert 0 < low < value < high < 1
        error = one["calibration_error"]
        assert error is None or 0 <= error < 0.5
    shown = measured(InUse(code, "shipped", found.version, found, found.card))
    assert [(one.on, one.n) for one in shown] == [(one["set"], one["n"]) for one in listed], "the board shows them all"
    assert any(one["calibration_error"] is not None for one in listed)


@pytest.mark.parametrize("code", CODES)
def test_its_page_says_what_its_card_says(code):
    found, page = model(code), (PAGES / f"text_{code}.md").read_text(encoding="utf-8")
    assert found.version in page
    assert found.card["date"] in page
    assert found.card["lexicon"] in page
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line[:1] == "|"]
    for one in found.card["sets"]:
        (row,) = [row for row in rows if row[0] == one["name"]]
        assert row[1] == f"{one['texts']:,}"
        assert one["licence"] in row
    for one in found.card["figures"]:
        (row,) = [row for row in rows if row[0] == one["set"]]
        assert row[1] == f"{one['n']:,}"
        assert [float(number) for number in re.findall(r"[\d.]+", row[2])] == one["macro_f1"]


@pytest.mark.parametrize("code", CODES)
def test_every_head_answers_with_a_probability_whatever_it_is_asked(code):
    texts = [
        "",
        "a",
        "😡",
        "worst",
        "太差了",
        "최악",
        "చెత్త",
        "\ud800",
        "x" * 9_000,
        *(s.text for s in load(code).samples),
    ]
    found = model(code).complaint(texts)
    assert ((found > 0) & (found < 1)).all()


@pytest.mark.parametrize("code", CODES)
def test_it_knows_the_n_grams_of_its_language(code):
    """Counted in another way than in training, those of any text would be as rare to it as chance makes them.

    The word lists alone would still read so well that nobody noticed.
    """
    found = model(code)
    counted = count([mask(fold(sample.text)) for sample in load(code).samples], found.shape)
    assert found.rarity.mean() - found.rarity[counted.bucket].mean() > 2.0


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("named", [True, False], ids=["as written", "without the name of the brand"])
def test_every_sample_of_the_language_is_read_with_the_right_sign(code, named, reader):
    """As the program reads posts: those that name a watched brand without its name."""
    misread = {}
    for sample in load(code).samples:
        found = reader.read(sample.text if named else without_names(sample.text, BRAND), code)
        assert found.basis == "model"
        if sign(found) != sample.sign:
            misread[sample.text] = (sample.sign, found.complaint, found.sentiment)
    assert not misread


def sign(found):
    if found.is_complaint:
        return "complaint" if found.sentiment < 0 else "neutral"
    return "praise" if found.is_praise else "neutral" if abs(found.sentiment) < 1 / 3 else "complaint"
