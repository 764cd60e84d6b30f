"""The outbox's rows: each message once, each claimed by one sender, none lost when a sender dies."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from alerts.domain import Delivery, DeliveryState, Incident, Level, Status
from alerts.store import DeliveryStore, IncidentStore
from monitor.db import transaction
from monitor.errors import StorageError

T = datetime(2009, 7, 6, 18, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LEASE = 5 * MINUTE


@pytest.fixture
def store(engine):
    IncidentStore(engine).save(
        None, Incident("one", "north", "i", "k", Level.crisis, Status.open, T, T, T, T, Level.crisis)
    )
    return DeliveryStore(engine)


def message(recipient="Ann", step="level:crisis", at=T, **more):
    return Delivery("one", step, 0, recipient, "email", at, **more)


def claim_one(store, now=T):
    (claimed,) = store.claim(now, 10, LEASE)
    return claimed


def state(store):
    (one,) = store.of_incident("one")
    return one


def test_a_message_is_put_in_once(store):
    new = store.enqueue(None, [message(), message("Bo"), message()])
    assert [one.recipient for one in new] == ["Ann", "Bo"]
    assert all(one.id is not None for one in new)
    assert store.enqueue(None, [message(at=T + MINUTE), message(step="resolved")])[0].step == "resolved"
    assert [(one.recipient, one.step) for one in store.of_incident("one")] == [
        ("Ann", "level:crisis"),
        ("Bo", "level:crisis"),
        ("Ann", "resolved"),
    ]
    assert store.exists("one", "level:crisis", 0, "Ann", "email")
    assert not store.exists("one", "level:crisis", 1, "Ann", "email")


def test_messages_go_in_with_the_rest_of_the_transaction_or_not_at_all(store, engine):
    def failing():
        with transaction(engine) as session:
            store.enqueue(session, [message()])
            raise InterruptedError

    with pytest.raises(InterruptedError):
        failing()
    assert store.of_incident("one") == []


def test_a_message_about_an_unknown_incident_is_refused(store):
    with pytest.raises(StorageError):
        store.enqueue(None, [Delivery("gone", "level:crisis", 0, "Ann", "email", T)])


def test_what_is_due_is_claimed_longest_due_first(store):
    store.enqueue(None, [message(str(n), at=T - n * MINUTE) for n in range(4)] + [message("later", at=T + MINUTE)])
    first = store.claim(T, 3, LEASE)
    assert [one.recipient for one in first] == ["3", "2", "1"]
    assert {(one.state, one.attempts) for one in first} == {(DeliveryState.claimed, 1)}
    assert [one.recipient for one in store.claim(T, 3, LEASE)] == ["0"]
    assert store.claim(T, 3, LEASE) == []
    assert [one.recipient for one in store.claim(T + MINUTE, 3, LEASE)] == ["later"]


def test_senders_at_work_at_once_never_get_the_same_message(store):
    store.enqueue(None, [message(f"person {n}") for n in range(120)])
    together, claimed = threading.Barrier(3), []

    def sender():
        together.wait(10)
        while got := store.claim(T, 7, LEASE):
            claimed.extend(one.recipient for one in got)

    senders = [threading.Thread(target=sender) for _ in range(3)]
    for thread in senders:
        thread.start()
    for thread in senders:
        thread.join()
    assert sorted(claimed) == sorted(f"person {n}" for n in range(120))


def test_a_lease_that_ran_out_frees_the_message(store):
    store.enqueue(None, [message()])
    claim_one(store)
    assert store.claim(T + LEASE - MINUTE, 10, LEASE) == []
    again = claim_one(store, T + LEASE)
    assert again.attempts == 2
    assert store.claim(T + LEASE, 10, LEASE) == []


def test_a_sent_message_is_never_given_out_again(store):
    store.enqueue(None, [message()])
    store.sent(claim_one(store).id, T + MINUTE)
    assert store.claim(T + 100 * LEASE, 10, LEASE) == []
    assert (state(store).state, state(store).sent_at) == (DeliveryState.sent, T + MINUTE)


def test_a_retry_is_due_later_with_its_reason(store):
    store.enqueue(None, [message()])
    store.retry(claim_one(store).id, T + 2 * MINUTE, "busy")
    assert (state(store).state, state(store).last_reason) == (DeliveryState.due, "busy")
    assert store.claim(T + MINUTE, 10, LEASE) == []
    assert claim_one(store, T + 2 * MINUTE).attempts == 2


def test_a_failed_message_is_left_alone(store):
    store.enqueue(None, [message()])
    store.failed(claim_one(store).id, "refused")
    assert store.claim(T + 100 * LEASE, 10, LEASE) == []
    assert (state(store).state, state(store).last_reason) == (DeliveryState.failed, "refused")


def test_a_sender_that_lost_its_lease_cannot_undo_what_the_next_one_sent(store):
    store.enqueue(None, [message()])
    slow = claim_one(store)
    quick = claim_one(store, T + LEASE)
    store.sent(quick.id, T + LEASE)
    store.retry(slow.id, T + LEASE, "timeout")
    store.failed(slow.id, "timeout")
    assert state(store).state is DeliveryState.sent


def test_the_moment_of_sending_stands(store):
    store.enqueue(None, [message()])
    claimed = claim_one(store)
    store.sent(claimed.id, T)
    store.sent(claimed.id, T + MINUTE)
    assert state(store).sent_at == T
