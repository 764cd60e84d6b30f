"""What the built-in case says of itself is said in the language of the board."""

import pytest

from graph.case.guitar import LABEL
from ui.demo_case import MOMENTS
from ui.i18n import Texts, languages
from ui.recorded import translated

SAID = (LABEL, *(moment.text for moment in MOMENTS))


@pytest.mark.parametrize("text", SAID)
def test_a_board_in_english_shows_it_as_it_was_kept(text):
    assert translated(text, Texts("en")) == text


@pytest.mark.parametrize("text", SAID)
@pytest.mark.parametrize("language", [code for code in languages() if code != "en"])
def test_no_english_is_left_on_other_boards(language, text):
    assert sum(letter.isascii() and letter.islower() for letter in translated(text, Texts(language))) == 0
