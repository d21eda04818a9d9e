"""Generated ids."""

import pytest

from kelp.store.ingest.identity import (
    ROWS_PER_SEGMENT,
    decode_id,
    encode_id,
    encode_ids,
    of_sequence_number,
    sequence_number,
)


@pytest.mark.parametrize("place", [(1, 0), (1, 1), (7, 4095), (7, 4096), (2**40, ROWS_PER_SEGMENT - 1)])
def test_ids_lead_back_to_their_place(place):
    text = encode_id(*place)
    assert len(text) == 20
    assert decode_id(text) == place
    assert of_sequence_number(sequence_number(*place)) == place
    assert encode_ids(place[0], place[1], 1) == [text]


@pytest.mark.parametrize(
    "text", ["", "1", "a" * 20, "ä" * 20, encode_id(1, 2)[:-1] + "!", "!" + encode_id(1, 2)[1:]]
)
def test_other_texts_are_no_generated_ids(text):
    assert decode_id(text) is None
