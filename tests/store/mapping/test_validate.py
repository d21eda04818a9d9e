"""Mapping bodies that are no mappings: each is told, none is taken."""

import pytest

from kelp.store.errors import ApiError
from kelp.store.mapping.mapping import Mapping


def field(**body):
    return {"properties": {"a": body}}


def template(**body):
    return {"dynamic_templates": [{"t": body}]}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (field(type=5), "cannot use parameter [type] of field [a]: expected a text, got [5]"),
        (field(type="text", fields=True), "cannot use parameter [fields] of field [a]: expected an object, got [True]"),
        (field(type="date", format={}), "cannot use parameter [format] of field [a]: expected a text, got [{}]"),
        (field(type="text", copy_to=[1]), "cannot use parameter [copy_to] of field [a]: expected a text or a list of texts, got [[1]]"),
        (field(type="text", ignore_above="x"), "cannot use parameter [ignore_above] of field [a]: expected a whole number, got [x]"),
        (field(type="text", fields={"k": {"type": "object"}}), "Type [object] cannot be used in multi field"),
        (field(type="text", fields={"k": 1}), "No type specified for field [k]"),
        (field(type="alias"), "The [path] property must be specified for field [a]."),
        ({"properties": []}, "cannot use parameter [properties] of the mapping: expected an object, got [[]]"),
        ({"date_detection": "maybe"}, "cannot use parameter [date_detection] of the mapping: expected true or false, got [maybe]"),
        ({"_meta": {"n": 10**30}}, "cannot keep the mapping: Integer exceeds 64-bit range"),
        ({"nonsense": 1}, "Root mapping definition has unsupported parameters:  [nonsense : 1]"),
        ({"dynamic": "maybe"}, "Could not convert [dynamic.dynamic] to boolean: got [maybe]"),
        ({"dynamic_templates": {}}, "Dynamic template syntax error. An array of named objects is expected."),
        (template(match="x"), "template [t] must have either mapping or runtime set"),
        (template(match=5, mapping={}), "cannot use parameter [match] of template [t]: expected a text or a list of texts, got [5]"),
        (template(match="(", match_pattern="regex", mapping={}),
         "Pattern [(] of [match] of template [t] is no regular expression: missing ), unterminated subpattern at position 0"),
    ],
)  # fmt: skip
def test_refused(body, reason):
    with pytest.raises(ApiError) as fault:
        Mapping.from_json(body)
    assert (fault.value.status, fault.value.reason) == (400, reason)
