"""Ticks: they come again and again, never twice at once, and end when told."""

import threading
from datetime import timedelta

from monitor.clock import SystemClock
from monitor.schedule import Schedule


def test_a_duty_is_called_again_and_again_until_the_schedule_stops() -> None:
    calls: list[int] = []
    enough, again = threading.Event(), threading.Event()

    def duty() -> None:
        again.set()
        calls.append(1)
        if len(calls) == 3:
            enough.set()

    schedule = Schedule()
    schedule.every(timedelta(milliseconds=20), duty)
    schedule.start()
    assert enough.wait(10)
    schedule.stop()
    again.clear()
    assert not again.wait(0.1)


def test_a_duty_that_takes_long_is_not_started_twice_and_holds_up_no_other() -> None:
    running = 0
    most = 0
    lock, others, release = threading.Lock(), threading.Event(), threading.Event()

    def slow() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        release.wait(10)
        with lock:
            running -= 1

    schedule = Schedule()
    schedule.every(timedelta(milliseconds=20), slow)
    schedule.every(timedelta(milliseconds=60), others.set)
    schedule.start()
    assert others.wait(10)
    others.clear()
    assert others.wait(10)
    release.set()
    schedule.stop()
    assert most == 1


def test_the_first_call_can_be_made_at_once() -> None:
    called = threading.Event()
    schedule = Schedule()
    schedule.every(timedelta(hours=1), called.set, first=SystemClock().now())
    schedule.start()
    assert called.wait(10)
    schedule.stop()


def test_stopping_what_never_started_does_nothing() -> None:
    Schedule().stop()
