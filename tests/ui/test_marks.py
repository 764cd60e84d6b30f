"""Marks below the posts of a case: who said what, taken back, disagreement, and what a stranger's id cannot do."""

import pytest
from streamlit.testing.v1 import AppTest

from monitor.domain import PostKey
from ui.i18n import Texts, languages
from ui.pages import ActRefusedError
from ui.stores import Stores

LOGIN = PostKey("mastodon", "login")
SLOW = 30


def case(services, id="login-1", who="Ada", language="en"):
    def case_page(services, texts, who, id):
        import streamlit as st

        from ui import components
        from ui.views import case

        case.render(services, texts, who, id, lambda: st.markdown("back"))
        components.said()

    args = (services, Texts(language), who, id)
    app = AppTest.from_function(case_page, args=args, default_timeout=SLOW).run()
    assert not app.exception
    return app


def html(app):
    return "\n".join(element.proto.body for element in app.get("html"))


def buttons(app, word):
    return [button for button in app.button if str(button.key).startswith(f"mark-{word}-")]


def said(services, key=LOGIN):
    stands = services.teaching.opinions([key]).get(key)
    return [(label.who, label.complaint) for label in stands.labels] if stands else []


def test_a_mark_is_kept_with_who_and_when_and_for_which_brand(services, clock, full_url):
    app = case(services)
    assert "Ada: complaint" not in html(app)
    app = buttons(app, "yes")[0].click().run()
    assert said(services) == [("Ada", True)]
    assert "Ada: complaint" in html(app)
    assert [toast.value for toast in app.toast] == ["Kept. The program learns from it at the next training."]
    (label,) = Stores(full_url).labels.all()
    assert (label.post, label.brand, label.origin, label.at) == (LOGIN, "kestrel", "board", clock.now())


def test_pressed_again_it_is_taken_back_and_the_other_button_changes_it(services):
    app = buttons(case(services), "yes")[0].click().run()
    assert buttons(app, "yes")[0].label == "✓ Complaint"
    app = buttons(app, "no")[0].click().run()
    assert said(services) == [("Ada", False)]
    app = buttons(app, "no")[0].click().run()
    assert said(services) == []
    assert "Ada:" not in html(app).split("rw-posts")[-1]


def test_two_people_who_disagree_are_both_shown(services):
    buttons(case(services), "yes")[0].click().run()
    app = buttons(case(services, who="Bo"), "no")[0].click().run()
    shown = html(app)
    assert "Ada: complaint" in shown
    assert "Bo: no complaint" in shown
    assert "they disagree: not learnt from" in shown


def test_without_a_name_nothing_can_be_marked(services):
    app = case(services, who="")
    assert all(button.disabled for button in buttons(app, "yes") + buttons(app, "no"))
    with pytest.raises(ActRefusedError, match="name is needed"):
        services.mark(LOGIN, True, "kestrel", " ")


def test_each_post_of_a_list_has_its_own_buttons(services):
    app = case(services, "guitar-1")
    keys = [button.key for button in buttons(app, "yes")]
    assert len(keys) == len(set(keys)) > 20


def test_a_strangers_id_and_name_stay_words(services):
    app = buttons(case(services, "hostile-1", who="<b>Eve</b>"), "no")[0].click().run()
    assert not app.exception
    assert "&lt;b&gt;Eve&lt;/b&gt;: no complaint" in html(app)


def test_what_was_taken_back_by_its_author_cannot_be_marked(services, full_url):
    stores = Stores(full_url)
    stores.crawling.upkeep.forget(None, [LOGIN], services.now())
    services.files._values.clear()
    assert buttons(case(services), "yes") == []


def test_the_page_of_others_changes_when_somebody_marks(services):
    before = services.stamp("Bo")
    services.mark(LOGIN, True, "kestrel", "Ada")
    assert services.stamp("Bo") != before


@pytest.mark.parametrize("language", languages())
def test_every_language_has_the_words(services, language):
    app = buttons(case(services, language=language), "yes")[0].click().run()
    assert Texts(language)("mark.said_yes", who="Ada") in html(app)
