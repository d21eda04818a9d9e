"""Positions and what stages keep in memory."""

import sys
import threading

import pytest

from kelp.agent.origin import Kept, Ledger, Lines, Origin, emission

RECORD = {"a": 1}


class Full(Exception):
    """An output refuses."""


@pytest.fixture
def ledger():
    return Ledger()


def test_what_is_kept_holds_its_block_until_it_was_handed_on(ledger):
    kept = Kept()
    with emission(Origin(ledger, 100)):
        kept.add(RECORD)
        kept.add(RECORD)
    assert ledger.oldest() == 100
    with emission(Origin(ledger, 200)):
        kept.hand_on()
        assert ledger.oldest() == 100
    assert ledger.is_empty
    assert ledger.oldest() is None


def test_what_leaves_at_once_holds_nothing(ledger):
    kept = Kept()
    with emission(Origin(ledger, 100)):
        kept.add(RECORD)
        kept.hand_on()
        assert ledger.is_empty
    assert ledger.is_empty


def block(ledger, begin, records):
    """An emission of lines of ten bytes."""
    return emission(Origin(ledger, begin), lines=Lines(ledger, records, lambda index: begin + 10 * index))


def test_the_line_of_the_first_event_kept_is_held(ledger):
    kept, records = Kept(), [{"i": i} for i in range(5)]
    with block(ledger, 100, records):
        kept.add(records[1])
        kept.hand_on()
        kept.add(records[3])
        kept.add(records[4])
    assert ledger.oldest() == 130
    more = [{"i": i} for i in range(5, 8)]
    with block(ledger, 150, more):
        kept.hand_on()
        kept.add(more[0])
        more.clear()  # the stage's own business
    assert ledger.oldest() == 150


def test_equal_events_are_told_apart(ledger):
    kept, records = Kept(), [{"i": 0} for _ in range(3)]
    with block(ledger, 0, records):
        kept.add(records[2])
    assert ledger.oldest() == 20


def test_an_event_that_a_stage_made_holds_the_block(ledger):
    kept = Kept()
    with block(ledger, 100, [{"i": 0}, {"i": 1}]):
        kept.add({"i": 1})
    assert ledger.oldest() == 100


def test_what_was_kept_before_goes_on_to_be_held(ledger):
    first, second = Kept(), Kept()
    old, new = [{"i": i} for i in range(3)], [{"i": i} for i in range(3)]
    with block(ledger, 100, old):
        first.add(old[2])
    with block(ledger, 130, new):
        first.hand_on()
        second.add(old[2])
    assert ledger.oldest() == 120
    with emission():
        second.hand_on()
    assert ledger.is_empty


def test_the_next_stage_that_keeps_it_holds_the_same_block(ledger):
    first, second = Kept(), Kept()
    with emission(Origin(ledger, 100)):
        first.add(RECORD)
    with emission(Origin(ledger, 200)):
        first.hand_on()
        second.add(RECORD)
    assert ledger.oldest() == 100
    with emission():  # a timer
        second.hand_on()
    assert ledger.is_empty


def test_a_timer_may_hand_on_what_an_emission_under_way_left(ledger):
    kept, second, records = Kept(), Kept(), [{"i": 0}, {"i": 1}]

    def timer():
        with emission():
            kept.hand_on()
            second.add(records[1])

    with block(ledger, 100, records):
        kept.add(records[1])
        thread = threading.Thread(target=timer)
        thread.start()
        thread.join()
    assert ledger.oldest() == 110
    with emission():
        second.hand_on()
    assert ledger.is_empty


@pytest.fixture
def quick_switches():
    """Threads take turns often enough to meet in the middle of things."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("quick_switches")
def test_a_timer_and_ends_of_emissions_leave_no_hold_behind(ledger):
    kept, stage, ended = Kept(), threading.Lock(), threading.Event()

    def timer():
        while not ended.is_set():
            with stage, emission():
                kept.hand_on()

    thread = threading.Thread(target=timer)
    thread.start()
    for n in range(8000):
        record = {"n": n}
        with block(ledger, n, [record]), stage:
            kept.add(record)
    ended.set()
    thread.join()
    with emission():
        kept.hand_on()
    assert ledger.is_empty


def test_a_failed_emission_lets_go_of_nothing_older(ledger):
    kept, undone = Kept(), []
    with emission(Origin(ledger, 100)):
        kept.add(RECORD)
    before = kept.copy()

    def fail():
        with emission(Origin(ledger, 200)) as now:
            now.undo.append(lambda: undone.append(before.copy()))
            kept.hand_on()
            kept.add(RECORD)
            raise Full

    with pytest.raises(Full):
        fail()
    assert ledger.oldest() == 100
    with emission(Origin(ledger, 200)):
        undone[0].hand_on()
    assert ledger.is_empty


def test_without_an_origin_nothing_is_held(ledger):
    kept = Kept()
    kept.add(RECORD)
    kept.hand_on()
    with emission(Origin(ledger, 100)):
        kept.add(RECORD)
    kept.hand_on()  # left along with events of an input that cannot read again
    assert ledger.is_empty


def test_a_file_emptied_holds_nothing(ledger):
    kept = Kept()
    with emission(Origin(ledger, 100)):
        kept.add(RECORD)
    ledger.forget()
    with emission(Origin(ledger, 0)):
        kept.hand_on()
    assert ledger.is_empty
