"""What the built-in case says of itself, in the language of the board; other recordings speak for themselves."""

from graph.case.guitar import LABEL
from ui.i18n import Texts

FIRST_CONTACT = "the airline's first contact is reported (8 July 2009, 11:00 PDT)"
FIRST_MILLION = "the first million views (between the published figures of 9 and 10 July)"
_KEYS = {LABEL: "demo.label", FIRST_CONTACT: "demo.first_contact", FIRST_MILLION: "demo.first_million"}


def translated(text: str, texts: Texts) -> str:
    """``text`` in the language of ``texts`` where it is one of the built-in case, else as it is.

    >>> translated("a contact of another case", Texts("ko"))
    'a contact of another case'
    """
    key = _KEYS.get(text)
    return texts(key) if key else text
