"""What was spent outlives the process, and several of them share it."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from monitor.clock import RecordedClock
from monitor.db import connect
from monitor.errors import BudgetSpent
from monitor.ledger import Allowance, Ledger
from monitor.store.ledger import LedgerStore

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOURLY = Allowance("north.requests", 20, timedelta(hours=1))


def test_what_was_spent_is_still_spent_after_a_restart(engine):
    Ledger(LedgerStore(engine), RecordedClock(NOON)).spend(HOURLY, 12.5)
    later = Ledger(LedgerStore(engine), RecordedClock(NOON + timedelta(minutes=59)))
    assert later.left(HOURLY) == 7.5
    with pytest.raises(BudgetSpent):
        later.spend(HOURLY, 8)
    assert later.left(HOURLY) == 7.5


def test_uses_of_one_slot_add_up_and_names_are_kept_apart(engine):
    book = Ledger(LedgerStore(engine), RecordedClock(NOON))
    book.record(HOURLY, 1.5)
    book.spend(HOURLY, 2)
    assert book.left(HOURLY) == 16.5
    assert book.left(Allowance("other", 20, timedelta(hours=1))) == 20


def test_old_slots_are_pruned(engine):
    clock, store = RecordedClock(NOON), LedgerStore(engine)
    book = Ledger(store, clock)
    for _ in range(300):
        book.record(HOURLY, 0.01)
        clock.wait(timedelta(minutes=1))
    assert len(store.slots(HOURLY.name, NOON)) <= 62


def test_two_processes_together_spend_no_more_than_there_is(engine):
    again = connect(engine.url.render_as_string(hide_password=False))  # as another process would
    clock = RecordedClock(NOON)
    spent = []

    def spend(book):
        for _ in range(15):
            try:
                book.spend(HOURLY)
            except BudgetSpent:
                continue
            spent.append(1)

    threads = [threading.Thread(target=spend, args=(Ledger(LedgerStore(own), clock),)) for own in (engine, again) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(spent) == 20
    assert Ledger(LedgerStore(engine), clock).left(HOURLY) == 0
    again.dispose()
