"""How many texts a second are looked at, in seconds of one core."""

import time
from collections.abc import Sequence

from monitor.domain import Assessment, BrandMatch
from monitor.text.stance import views

ONE = {
    "en": (
        "Northline Air lost my bag again and nobody picks up the phone, eight hours on hold for nothing so far.",
        "Northline Air",
    ),
    "zh": ("诺斯莱航空把我的行李弄丢了,客服电话没人接,真的太差了,等了整整一个下午", "诺斯莱航空"),
    "ko": ("노스라인 정말 실망입니다. 짐이 이틀째 안 오고 전화도 안 받아요. 빨리 해결해 주세요", "노스라인"),
    "te": ("నార్త్‌లైన్ నా సామాను పోగొట్టింది, ఎవరూ ఫోన్ ఎత్తడం లేదు, చాలా కోపంగా ఉంది", "నార్త్‌లైన్"),
}
TWO = "Northline Air cancelled our flight without a word, but Harborline got us home and was wonderful. Thank you!"
MANY, FEW = 20_000, 1_000


def speeds() -> dict[str, float]:
    """Texts a second by kind; the reading itself is not counted."""
    read = Assessment("en", assessed=True, complaint=0.5, sentiment=0.0)
    found = {}
    for language, (text, name) in ONE.items():
        one = (BrandMatch("northline", name, "name", name),)
        found[f"one brand, {language}"] = _rate([(text, one)] * MANY, read)
    both = tuple(BrandMatch(name.lower(), name, "name", name) for name in ("Northline Air", "Harborline"))
    found["two brands, en"] = _rate([(TWO, both)] * FEW, read)
    return found


def _rate(texts: Sequence[tuple[str, tuple[BrandMatch, ...]]], read: Assessment) -> float:
    said = [read] * len(texts)
    started = time.process_time()
    views(texts, said, lambda parts: [read] * len(parts))
    return len(texts) / (time.process_time() - started)
