"""Models as bytes: an archive of small integers and a card, never code. The shipped ones lie in ``weights/``."""

import io
import json
import math
import tokenize
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.text.model.cues import NAMES
from monitor.text.model.linear import Head, TextModel, Weights
from monitor.text.model.ngrams import BITS, Shape

FORMAT = 1
MAX_BYTES = 32 << 20  # of one model, packed and unpacked
# What a damaged archive makes the library raise: a flipped bit may also ask for a password or an unknown packing.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    OSError,
    MemoryError,
    OverflowError,
    RuntimeError,
    SyntaxError,
    tokenize.TokenError,
)
_STEPS = 127  # of a weight on either side of 0
_LEVELS = 255  # of a rarity
_LONGEST = 8  # n-grams; longer ones would only take time
_LARGEST = 1e9  # number that a sound model may hold


@cache
def shipped(language: str) -> TextModel | None:
    """The model that comes with the program; None for a language without one."""
    file = files("monitor.text.model") / "weights" / f"{language}.npz"
    return loads(file.read_bytes()) if file.is_file() else None


def dumps(model: TextModel) -> bytes:
    """``model`` as bytes; a weight keeps about two digits, which changes no figure worth naming."""
    about: dict[str, Any] = {
        "format": FORMAT,
        "bits": BITS,
        "language": model.language,
        "version": model.version,
        "shape": [model.shape.shortest, model.shape.longest, model.shape.words],
        "cues": list(NAMES),
        "card": dict(model.card),
        "heads": {},
    }
    arrays: dict[str, NDArray[Any]] = {"mean": model.mean, "spread": model.spread}
    low, high = float(model.rarity.min()), float(model.rarity.max())
    about["rarity"] = [low, high]
    arrays["rarity"] = np.round((model.rarity - low) / max(high - low, 1e-9) * _LEVELS).astype(np.uint8)
    for number, (name, head) in enumerate(sorted(model.heads.items())):
        top = float(np.abs(head.buckets).max()) or 1.0
        about["heads"][name] = [number, top, head.bias, head.slope, head.offset]
        # Roots, since most weights are small: a small one keeps as many digits as a large one.
        rooted = np.sign(head.buckets) * np.sqrt(np.abs(head.buckets) / top)
        arrays[f"buckets{number}"] = np.round(rooted * _STEPS).astype(np.int8)
        arrays[f"cues{number}"] = head.cues
    text = json.dumps(about, ensure_ascii=False, sort_keys=True).encode()
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, about=np.frombuffer(text, np.uint8), **arrays)
    return packed.getvalue()


def loads(packed: bytes) -> TextModel:
    """The model that ``dumps`` wrote; ValueError for anything else."""
    if len(packed) > MAX_BYTES:
        raise ValueError("not a text model: too large")
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
                raise ValueError("not a text model: too large when unpacked")
        with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in arrays.files}
        about = json.loads(found["about"].tobytes())
        return _model(about, found)
    except _DAMAGE as error:
        raise ValueError(f"not a text model, or a damaged one ({type(error).__name__})") from error


def _model(about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> TextModel:
    if about["format"] != FORMAT or about["bits"] != BITS or about["cues"] != list(NAMES):
        raise ValueError("a text model of another version of the program: train it again")
    low, high = _numbers(about["rarity"], 2)
    heads = {}
    for name, given in about["heads"].items():
        number, (top, bias, slope, offset) = given[0], _numbers(given[1:], 4)
        steps = _part(arrays, f"buckets{number}", 1 << BITS, "i") / np.float32(_STEPS)
        buckets = np.sign(steps) * steps * steps * np.float32(top)
        heads[name] = Head(buckets, _part(arrays, f"cues{number}", len(NAMES), "f"), bias, slope, offset)
    if "complaint" not in heads:
        raise ValueError("not a text model: it does not say what a complaint is")
    spread = _part(arrays, "spread", len(NAMES), "f")
    named = all(isinstance(about[part], str) for part in ("language", "version"))
    if not named or not isinstance(about["card"], dict) or spread.min() <= 0:
        raise ValueError("not a text model, or a damaged one (description)")
    return TextModel(
        language=about["language"],
        version=about["version"],
        shape=_shape(about["shape"]),
        rarity=_part(arrays, "rarity", 1 << BITS, "u") / np.float32(_LEVELS) * np.float32(high - low) + np.float32(low),
        mean=_part(arrays, "mean", len(NAMES), "f"),
        spread=spread,
        heads=heads,
        card=about["card"],
    )


def _shape(given: Sequence[Any]) -> Shape:
    shortest, longest, words = _numbers(given, 3)
    sound = 1 <= shortest <= longest <= _LONGEST and 0 <= words <= _LONGEST
    if not sound or not all(isinstance(length, int) for length in given):
        raise ValueError("not a text model, or a damaged one (n-grams)")
    return Shape(int(shortest), int(longest), int(words))


def _numbers(given: Sequence[Any], count: int) -> list[float]:
    if len(given) != count or not all(math.isfinite(number) and abs(number) <= _LARGEST for number in given):
        raise ValueError("not a text model, or a damaged one (numbers)")
    return [float(number) for number in given]


def _part(arrays: Mapping[str, NDArray[Any]], name: str, size: int, kind: str) -> Weights:
    """The array of that name; ValueError where it is not ``size`` sound numbers of that kind."""
    array = arrays[name]
    if array.shape != (size,) or array.dtype.kind != kind or not np.isfinite(array).all():
        raise ValueError("not a text model, or a damaged one (sizes)")
    if np.abs(array).max() > _LARGEST:
        raise ValueError("not a text model, or a damaged one (numbers)")
    return array.astype(np.float32)
