"""What ties posts together in whatever language: hashtags, flight numbers and the like, names in Latin letters."""

import re
from collections.abc import Iterable

from monitor.text.normalise import fold, split_urls
from monitor.text.topics.content import Terms, is_word

READ = 1_500  # characters
MOST = 12  # of one post
_HASHTAG = re.compile(r"[#＃]([^\W_][\w\u0900-\u0dff]{2,39})")
_TOPIC = re.compile(r"[#＃]([^#＃\s@]{2,30})[#＃]")  # closed by a second sign, as on Weibo
_CODE = re.compile(r"(?<![0-9a-z])([a-z]{2,8})-?([0-9]{2,5})(?![0-9a-z])")  # nl482, covid19
_SPACED_CODE = re.compile(r"(?<![0-9A-Za-z])([A-Z]{2}) ([0-9]{3,4})(?![0-9A-Za-z])")  # NL 482
_LATIN = re.compile("[0-9a-z\u00c0-\u024f]+")
# Tags under which people speak of everything.
_ANYTHING = frozenset(
    """
    fail fails epicfail help please travel traveling news breaking breakingnews rt follow retweet viral trending fyi omg
    smh wtf lol icymi tbt customerservice customerexperience service worst neveragain disappointed angry frustrated ugh
    fyp love happy photo video live today monday tuesday wednesday thursday friday saturday sunday weekend christmas
    """.split()  # noqa: SIM905 - a list of words reads better as words
)


def anchors(text: str, names: Iterable[str] = ()) -> frozenset[str]:
    """Hashtags ("#lostcello") and codes ("nl482") of ``text``, without those that are just ``names`` of the brand.

    >>> sorted(anchors("Northline #fail: nobody on NL 482 or NL483 knows #SmashedCello", ["Northline"]))
    ['#smashedcello', 'nl482', 'nl483']
    """
    written, _ = split_urls(text[:READ])
    folded = fold(written)
    own = {"".join(_LATIN.findall(fold(name))) or fold(name).lstrip("#@") for name in names}
    tags = {tag for pattern in (_HASHTAG, _TOPIC) for tag in pattern.findall(folded)}
    codes = {letters + digits for letters, digits in _CODE.findall(folded)}
    codes |= {letters.lower() + digits for letters, digits in _SPACED_CODE.findall(written)}
    found = [f"#{tag}" for tag in sorted(tags - own - _ANYTHING)] + sorted(codes - own)
    return frozenset(found[:MOST])


def foreign_names(terms: Terms) -> frozenset[str]:
    """The Latin words and numbers among the ``terms`` of a text in another script: mostly names.

    >>> sorted(foreign_names({"guita": 1.0, "482": 1.0, "行李": 0.7, "reason:delay": 1.1, "harm:": 0.5}))
    ['482', 'guita']
    """
    return frozenset(term for term in terms if is_word(term) and _LATIN.fullmatch(term))
