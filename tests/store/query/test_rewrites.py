import pytest

from kelp.store.query.nodes import All, And, Exists, Node, Not, Nothing, Or
from kelp.store.query.rewrites import rewrite

A, B, C = Exists("a"), Exists("b"), Exists("c")


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (And(()), All()),
        (Or(()), Nothing()),
        (And((A, And((B, C)))), And((A, B, C))),
        (Or((A, Or((B, C)))), Or((A, B, C))),
        (Or((A, Or((B, C), 2))), Or((A, And((B, C))))),
        (And((A, All())), A),
        (And((A, Nothing())), Nothing()),
        (And((A, A)), A),
        (Or((A, All())), All()),
        (Or((A, B), 2), And((A, B))),
        (Or((A, All(), B), 2), Or((A, B))),
        (Or((A, B), 3), Nothing()),
        (Or((A, B), 0), All()),
        (Not(Not(A)), A),
        (Not(And(())), Nothing()),
        (And((Or((And((A,)),)),)), A),
    ],
)
def test_rewrite(node: Node, expected: Node) -> None:
    assert rewrite(node) == expected
