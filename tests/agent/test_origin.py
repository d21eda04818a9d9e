"""Positions and what stages keep in memory."""

import pytest

from kelp.agent.origin import Kept, Ledger, Origin, emission


class Full(Exception):
    """An output refuses."""


@pytest.fixture
def ledger():
    return Ledger()


def test_what_is_kept_holds_its_block_until_it_was_handed_on(ledger):
    kept = Kept()
    with emission(Origin(ledger, 100)):
        kept.add()
        kept.add()
    assert ledger.oldest() == 100
    with emission(Origin(ledger, 200)):
        kept.hand_on()
        assert ledger.oldest() == 100
    assert ledger.is_empty
    assert ledger.oldest() is None


def test_the_next_stage_that_keeps_it_holds_the_same_block(ledger):
    first, second = Kept(), Kept()
    with emission(Origin(ledger, 100)):
        first.add()
    with emission(Origin(ledger, 200)):
        first.hand_on()
        second.add()
    assert ledger.oldest() == 100
    with emission():  # a timer
        second.hand_on()
    assert ledger.is_empty


def test_a_failed_emission_lets_go_of_nothing_older(ledger):
    kept, undone = Kept(), []
    with emission(Origin(ledger, 100)):
        kept.add()
    before = kept.copy()

    def fail():
        with emission(Origin(ledger, 200)) as now:
            now.undo.append(lambda: undone.append(before.copy()))
            kept.hand_on()
            kept.add()
            raise Full

    with pytest.raises(Full):
        fail()
    assert ledger.oldest() == 100
    with emission(Origin(ledger, 200)):
        undone[0].hand_on()
    assert ledger.is_empty


def test_without_an_origin_nothing_is_held(ledger):
    kept = Kept()
    kept.add()
    kept.hand_on()
    with emission(Origin(ledger, 100)):
        kept.add()
    kept.hand_on()  # left along with events of an input that cannot read again
    assert ledger.is_empty


def test_a_file_emptied_holds_nothing(ledger):
    kept = Kept()
    with emission(Origin(ledger, 100)):
        kept.add()
    ledger.forget()
    with emission(Origin(ledger, 0)):
        kept.hand_on()
    assert ledger.is_empty
