"""How bad an incident is: always a shape, a word and a colour."""

from alerts.domain import Incident
from ui.i18n import Texts
from ui.markup.safe import safe
from ui.theme import LEVELS


def level_mark(incident: Incident, texts: Texts) -> str:
    """The level as shape and word in its colour."""
    mark = LEVELS[incident.level]
    word = texts(f"level.{incident.level.name}")
    return f'<span class="rw-level" style="color:{mark.colour}">{mark.shape} {safe(word)}</span>'
