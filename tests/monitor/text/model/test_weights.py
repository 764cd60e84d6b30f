"""A model as bytes: as good as the model, without a word of what it learnt from, and nothing that could do harm."""

import io
import json
import pickle
import random
import zipfile
import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.text.model import weights
from monitor.text.model.cues import NAMES
from monitor.text.model.fit import Example, fit
from monitor.text.model.weights import dumps, loads

WORDS = (
    "seat tray window lounge counter coach ticket crew cabin meal blanket gate screen pillow ramp door lamp carpet "
    "coffee soup radio film mirror handle ladder bench poster leaflet trolley"
)
THINGS = WORDS.split()
SAID = (
    ("they smashed the {} and quibbled with the {}, worst {} ever", True),
    ("still no refund for the {}, {} and {}", True),
    ("the {} and {} were lovely, thank you {}", False),
    ("when does the {} near the {} open, by the {}?", False),
)


def examples(n):
    dice = random.Random(3)
    return [
        Example(
            text.format(*dice.sample(THINGS, 3)), yes, sentiment=-1 if yes else 1, reason="property" if yes else None
        )
        for text, yes in SAID
        for _ in range(n)
    ]


LEARNT = examples(20)


@pytest.fixture(scope="module")
def model():
    return fit("en", LEARNT).described(date="2026-11-22", sets=[{"name": "invented", "licence": "Apache-2.0"}])


@pytest.fixture(scope="module")
def packed(model):
    return dumps(model)


def unpacked(packed):
    with np.load(io.BytesIO(packed)) as arrays:
        return {name: arrays[name] for name in arrays.files}


def packed_again(arrays, **changed):
    """The archive with other parts; None leaves one out."""
    parts = {name: part for name, part in {**arrays, **changed}.items() if part is not None}
    out = io.BytesIO()
    np.savez_compressed(out, **parts)
    return out.getvalue()


def with_about(packed, change):
    """The archive with another description of itself."""
    arrays = unpacked(packed)
    about = json.loads(arrays["about"].tobytes())
    changed = change(about)
    text = json.dumps(about if changed is None else changed).encode()
    return packed_again(arrays, about=np.frombuffer(text, np.uint8))


def test_it_reads_as_before_once_it_was_stored(model, packed):
    again = loads(packed)
    texts = [example.text for example in LEARNT] + ["", "late", "an empty trolley", "😡" * 50, "worst"] * 10
    assert np.abs(again.complaint(texts) - model.complaint(texts)).max() < 0.01
    assert set(again.heads) == set(model.heads) == {"complaint", "praise"}
    assert (again.language, again.version, again.shape) == (model.language, model.version, model.shape)
    assert again.card == model.card


def test_storing_it_again_changes_no_byte(packed):
    once = dumps(loads(packed))
    assert dumps(loads(once)) == once


def test_every_head_keeps_its_answers(model, packed):
    again = loads(packed)
    rows = np.zeros((1, len(model.mean)), np.float32)
    for text in ("worst soup ever", "lovely crew", "page four"):
        before, after = model.probabilities([text], rows), again.probabilities([text], rows)
        assert {name: float(value[0]) for name, value in after.items()} == {
            name: pytest.approx(float(value[0]), abs=0.01) for name, value in before.items()
        }


def test_no_word_of_the_texts_is_in_the_file(packed):
    """What is left when everything is unpacked: the names of the parts, the description, numbers."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        inside = b"".join(entry.filename.encode() + archive.read(entry) for entry in archive.infolist())
    assert b"complaint" in inside, "this looks at what is really in it"
    written = {word for example in LEARNT for word in example.text.split()}
    words = {word.strip(",?").lower() for word in written}
    # Four letters may stand among so many numbers by chance; names of cues are the program's own.
    words = {word for word in words if len(word) > 4 and word not in NAMES}
    assert len(words) > 20
    for word in words:
        for spelt in (word.encode(), word.encode("utf-16-le"), word.encode("utf-32-le")):
            assert spelt not in inside.lower(), word


def test_a_model_is_small(packed):
    assert len(packed) < 200_000


FOREIGN = {
    "nothing": b"",
    "text": b"no model at all",
    "an empty archive": b"PK\x05\x06" + b"\0" * 18,
    "a pickle": pickle.dumps({"complaint": 1}),
    "an array": b"\x93NUMPY\x01\x00v\x00{'descr': '<f4'",
    "compressed text": zlib.compress(b"complaint" * 900),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_is_no_model_is_told(kind):
    with pytest.raises(ValueError, match=r"\w"):
        loads(FOREIGN[kind])


def test_an_archive_of_something_else_is_told():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("about.npy", b"not an array")
        archive.writestr("readme.txt", b"hello")
    with pytest.raises(ValueError, match=r"\w"):
        loads(out.getvalue())
    out = io.BytesIO()
    np.savez(out, about=np.arange(9.0), other=np.zeros((3, 3)))
    with pytest.raises(ValueError, match=r"\w"):
        loads(out.getvalue())


class Opened:
    """Something that tells when somebody unpickles it."""

    seen = False

    def __reduce__(self):
        return (setattr, (Opened, "seen", True))


@pytest.mark.parametrize("part", ["about", "rarity", "mean", "buckets0", "cues1"])
def test_objects_in_an_archive_are_never_opened(packed, part):
    hidden = np.array([Opened()], object)
    with pytest.raises(ValueError, match=r"(?i)pickle|object"):
        loads(packed_again(unpacked(packed), **{part: hidden}))
    assert not Opened.seen


def test_a_model_that_lacks_a_part_is_told(packed):
    arrays = unpacked(packed)
    for part in arrays:
        with pytest.raises(ValueError, match="damaged"):
            loads(packed_again(arrays, **{part: None}))


def test_a_model_cut_off_anywhere_is_told(packed):
    for kept in (*range(0, len(packed), len(packed) // 60), len(packed) - 1):
        with pytest.raises(ValueError, match=r"\w"):
            loads(packed[:kept])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_model_with_other_bytes_in_it_is_read_or_told(packed, data):
    damaged = bytearray(packed)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place] = data.draw(st.integers(0, 255))
    try:
        model = loads(bytes(damaged))
    except ValueError:
        return
    found = model.complaint(["late again"])
    assert 0 <= found[0] <= 1


def test_too_large_a_file_is_not_even_opened(packed, monkeypatch):
    monkeypatch.setattr(weights, "MAX_BYTES", len(packed) - 1)
    monkeypatch.setattr(weights.zipfile, "ZipFile", lambda *_: pytest.fail("opened"))
    with pytest.raises(ValueError, match="too large"):
        loads(packed)


def test_what_would_be_too_large_unpacked_is_not_unpacked(packed, monkeypatch):
    bomb = packed_again(unpacked(packed), more=np.zeros(64 << 20, np.int8))
    assert len(bomb) < 1 << 20
    monkeypatch.setattr(weights.np, "load", lambda *_, **__: pytest.fail("unpacked"))
    with pytest.raises(ValueError, match="too large"):
        loads(bomb)


def test_a_part_that_claims_to_be_larger_than_memory_is_told(packed):
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (%d,), }"
    for size in (1 << 45, 1 << 62, 1 << 70):
        line = (header % size).ljust(117) + b"\n"
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("about.npy", b"\x93NUMPY\x01\x00" + len(line).to_bytes(2, "little") + line + b"x" * 20)
        with pytest.raises(ValueError, match=r"\w"):
            loads(out.getvalue())


def setting(name, value):
    def change(about):
        about[name] = value

    return change


def head(place, value):
    def change(about):
        about["heads"]["complaint"][place] = value

    return change


ABOUT = {
    "another format": setting("format", 2),
    "other buckets": setting("bits", 20),
    "other cues": setting("cues", ["length"]),
    "no heads": setting("heads", {}),
    "heads in a list": setting("heads", [1, 2]),
    "no complaint": lambda about: about["heads"].pop("complaint") and None,
    "a head without numbers": lambda about: about["heads"].update(complaint=[]),
    "a number that is none": head(1, "much"),
    "no bias": head(2, None),
    "a bias beyond all": head(2, float("inf")),
    "a slope that is none": head(3, float("nan")),
    "an offset in words": head(4, "0.5"),
    "weights beyond all": head(1, float("nan")),
    "a head that is not there": head(0, 77),
    "rarity without end": setting("rarity", [0.0, float("inf")]),
    "one rarity": setting("rarity", [0.0]),
    "a shape of words": setting("shape", ["2", "5", "2"]),
    "half a shape": setting("shape", [2, 5]),
    "a shape that takes for ever": setting("shape", [1, 10**9, 2]),
    "a shape of nothing": setting("shape", [0, 3, 1]),
    "runs of too many words": setting("shape", [2, 5, 10**9]),
    "a number beyond all": head(1, 1e300),
    "a number of a thousand digits": head(1, 10**1000),
    "a language without a name": setting("language", None),
    "a card that is none": setting("card", "trust me"),
    "a list": lambda about: [about],
    "a number": lambda about: 3,
}


@pytest.mark.parametrize("kind", ABOUT)
def test_a_description_that_is_not_right_is_told(packed, kind):
    with pytest.raises(ValueError, match="text model"):
        loads(with_about(packed, ABOUT[kind]))


@pytest.mark.parametrize("part", ["mean", "spread", "rarity", "buckets0", "cues0"])
@pytest.mark.parametrize(
    "change",
    [
        lambda part: part[:-1],
        lambda part: part[None],
        lambda part: np.zeros(0, part.dtype),
        lambda part: np.full(part.shape, np.nan),
        lambda part: part.astype("U3"),
        lambda part: part.astype(complex),
    ],
    ids=["short", "square", "empty", "no numbers", "words", "complex"],
)
def test_parts_of_another_size_or_kind_are_told(packed, part, change):
    arrays = unpacked(packed)
    with pytest.raises(ValueError, match=r"\w"):
        loads(packed_again(arrays, **{part: change(arrays[part])}))


def test_a_cue_without_spread_is_told(packed):
    arrays = unpacked(packed)
    with pytest.raises(ValueError, match="text model"):
        loads(packed_again(arrays, spread=np.zeros_like(arrays["spread"])))


def test_a_card_in_any_script_and_a_head_of_nothing_are_kept(model):
    empty = replace(model.heads["complaint"], buckets=np.zeros_like(model.heads["complaint"].buckets))
    again = loads(dumps(replace(model.described(note="노스라인 </script> \u2028"), heads={"complaint": empty})))
    assert again.card["note"] == "노스라인 </script> \u2028"
    assert not again.heads["complaint"].buckets.any()


def test_a_language_without_a_model_has_none():
    assert weights.shipped("xx") is None
    assert weights.shipped("../../languages/en") is None
