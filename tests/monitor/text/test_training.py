"""A new model replaces the old one only where labels suffice, make sense, and it did not get worse."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.text.lessons import Lesson, Lessons
from monitor.text.lexicon import Sample
from monitor.text.training import LEAST, decide, weighted

SAMPLES = [
    Sample(f"{word} thing {n}", sign) for n in range(12) for word, sign in (("bad", "complaint"), ("fine", "praise"))
]
WORDS = ["guitar", "harp", "cello", "drum", "flute", "horn", "lute", "viola", "organ", "pipe", "bell", "gong", "oboe"]


def lessons(n, share_wrong=0.0, from_file=False):
    """``n`` invented texts, half of them complaints; of so many the label is turned round."""
    made = []
    for k in range(n):
        bad = k % 2 == 0
        text = f"{'bad' if bad else 'fine'} {WORDS[k % 13]} {WORDS[k // 13 % 13]} {k * 7919 % 10_007}"
        turned = k / n < share_wrong
        made.append(Lesson(text, bad is not turned, from_file=from_file))
    return Lessons(tuple(made))


class Reading:
    """Reads texts with "bad" in them as complaints; errs on so many of a hundred, and on so many of the samples."""

    def __init__(self, wrong=0, sample_errors=0, sure=0.9, first=0):
        self.wrong, self.sample_errors, self.sure, self.first = range(first, first + wrong), sample_errors, sure, first

    def complaint(self, texts):
        return np.array([self.sure if self.reads(text) else 1 - self.sure for text in texts])

    def reads(self, text):
        kind, what, number = text.split()[0], text.split()[1], int(text.split()[-1])
        errs = number < self.sample_errors if what == "thing" else number % 100 in self.wrong
        return (kind == "bad") is not errs


def run(known, before, after, **options):
    taught = []

    def fit(train):
        taught.extend(train)
        return after

    outcome, model = decide("en", known, before.complaint, fit, SAMPLES, **options)
    return outcome, model, taught


def test_a_better_model_is_accepted_with_its_figures():
    outcome, model, taught = run(lessons(400), Reading(wrong=25), after := Reading(wrong=2))
    assert (outcome.state, model) == ("accepted", after)
    assert outcome.tested.after.macro_f1.value > outcome.tested.before.macro_f1.value
    assert outcome.tested.before.n == len(outcome.parts.test) > 60
    assert outcome.samples.after.n == 24
    assert not {lesson.text for lesson in taught} & {lesson.text for lesson in outcome.parts.test}


def test_a_model_that_is_the_same_is_no_worse():
    assert run(lessons(200), Reading(), Reading())[0].state == "accepted"


def test_a_model_that_got_worse_is_refused():
    outcome, model, _ = run(lessons(400), Reading(wrong=2), Reading(wrong=25))
    assert (outcome.state, model) == ("refused", None)
    assert "got worse on its test part: macro F1 fell from" in outcome.why


def test_a_loss_that_may_be_chance_does_not_refuse():
    outcome, *_ = run(lessons(400), Reading(wrong=10), Reading(wrong=10, first=78))
    assert outcome.tested.gain.macro_f1.value < 0
    assert outcome.state == "accepted"


def test_probabilities_that_fit_worse_are_refused():
    outcome, model, _ = run(lessons(400), Reading(wrong=10), Reading(wrong=10, sure=0.51))
    assert (outcome.state, model) == ("refused", None)
    assert "calibration error" in outcome.why


def test_a_model_that_unlearns_the_programs_own_sentences_is_refused():
    outcome, model, _ = run(lessons(400), Reading(wrong=25), Reading(sample_errors=4))
    assert (outcome.state, model) == ("refused", None)
    assert "invented sentences" in outcome.why


@pytest.mark.parametrize(("n", "told"), [(12, f"too little data: 12 of {LEAST} needed"), (0, f"0 of {LEAST}")])
def test_too_few_labels_train_nothing(n, told):
    outcome, model, taught = run(lessons(n), Reading(), Reading())
    assert (outcome.state, model, taught) == ("too_little", None, [])
    assert told in outcome.why


def test_labels_of_one_kind_train_nothing():
    one_kind = Lessons(tuple(replace(lesson, label=True) for lesson in lessons(100).lessons))
    outcome, *_ = run(one_kind, Reading(), Reading())
    assert "0 of 15 needed (labels that say no complaint)" in outcome.why


def test_copies_of_one_text_train_nothing():
    text = "they broke my guitar at the gate {} and nobody at the desk wants to hear about it at all"
    copies = Lessons(tuple(Lesson(text.format(n), n % 2 == 0) for n in range(200)))
    outcome, _, taught = run(copies, Reading(), Reading())
    assert (outcome.state, taught) == ("too_little", [])
    assert "complaints to train on" in outcome.why


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_a_file_that_contradicts_the_present_reading_is_refused_unread(share):
    outcome, model, taught = run(lessons(200, share, from_file=True), Reading(wrong=20), Reading())
    assert (outcome.state, model, taught) == ("refused", None, [])
    assert ("turned round" in outcome.why) == (share == 1.0)
    assert outcome.agreement.low <= 0.5


def test_a_file_of_nothing_but_misread_texts_is_taken_when_said_so():
    class Corrected(Reading):
        def reads(self, text):
            return super().reads(text) is (text.split()[1] == "thing")

    known = lessons(200, 1.0, from_file=True)
    assert run(known, Reading(), Corrected())[0].state == "refused"
    outcome, model, _ = run(known, Reading(), Corrected(), corrections=True)
    assert (outcome.state, outcome.tested.after.macro_f1.value) == ("accepted", 1.0)
    outcome, model, _ = run(known, Reading(), Corrected(sample_errors=3), corrections=True)
    assert (outcome.state, model) == ("refused", None), "still the program's own sentences have a say"


def test_marks_on_the_board_may_all_be_corrections():
    outcome, *_ = run(lessons(200, 1.0), Reading(), Reading())
    assert outcome.agreement is None


def test_verdicts_together_count_no_more_than_people():
    taught = weighted([Lesson("a", True)] * 10 + [Lesson("b", True, 0.2)] * 500)
    assert sum(lesson.weight for lesson in taught if lesson.weight < 1) == pytest.approx(10)
