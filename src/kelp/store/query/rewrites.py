"""Rewrites of the neutral tree: single functions, applied in the order of REWRITES from the leaves upwards."""

from collections.abc import Callable

from kelp.store.query.nodes import All, And, Node, Not, Nothing, Or

Rewrite = Callable[[Node], Node]


def flatten(node: Node) -> Node:
    """An And within an And, or a plain Or within a plain Or, is one."""
    if isinstance(node, And) and any(isinstance(child, And) for child in node.children):
        children: list[Node] = []
        for child in node.children:
            children += child.children if isinstance(child, And) else (child,)
        return And(tuple(children))
    if isinstance(node, Or) and node.least == 1:
        children = []
        for child in node.children:
            children += child.children if isinstance(child, Or) and child.least == 1 else (child,)
        return Or(tuple(children))
    return node


def fold_constants(node: Node) -> Node:
    """What holds always or never drops out; what is left alone stands for itself."""
    if isinstance(node, Not):
        return _fold_not(node)
    if isinstance(node, And):
        if any(isinstance(child, Nothing) for child in node.children):
            return Nothing()
        children = tuple(child for child in node.children if not isinstance(child, All))
        if not children:
            return All()
        return children[0] if len(children) == 1 else And(children)
    if isinstance(node, Or):
        return _fold_or(node)
    return node


def _fold_not(node: Not) -> Node:
    if isinstance(node.child, All):
        return Nothing()
    if isinstance(node.child, Nothing):
        return All()
    if isinstance(node.child, Not):
        return node.child.child
    return node


def _fold_or(node: Or) -> Node:
    always = sum(isinstance(child, All) for child in node.children)
    least = node.least - always
    if least <= 0:
        return All()
    children = tuple(child for child in node.children if not isinstance(child, All | Nothing))
    if len(children) < least:
        return Nothing()
    if len(children) == least:
        return children[0] if least == 1 else And(children)
    return Or(children, least)


def drop_duplicates(node: Node) -> Node:
    """The same condition twice in an And or a plain Or is once."""
    if isinstance(node, And):
        return And(_unique(node.children))
    if isinstance(node, Or) and node.least == 1:
        return Or(_unique(node.children))
    return node


def _unique(children: tuple[Node, ...]) -> tuple[Node, ...]:
    unique: list[Node] = []
    for child in children:
        if child not in unique:
            unique.append(child)
    return tuple(unique)


REWRITES: tuple[Rewrite, ...] = (flatten, drop_duplicates, fold_constants)


def rewrite(node: Node) -> Node:
    """The tree with every rewrite applied, children first."""
    if isinstance(node, And):
        node = And(tuple(rewrite(child) for child in node.children))
    elif isinstance(node, Or):
        node = Or(tuple(rewrite(child) for child in node.children), node.least)
    elif isinstance(node, Not):
        node = Not(rewrite(node.child))
    for step in REWRITES:
        node = step(node)
    return node
