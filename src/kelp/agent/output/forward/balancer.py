"""Which server gets the next chunk."""

import math
import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from kelp.agent.output.forward.node import Node


@dataclass(frozen=True, slots=True)
class Member:
    """A server with its share of the chunks; standby ones serve only for others that are down."""

    node: Node
    weight: int = 60
    standby: bool = False


class Balancer:
    """Weighted turns, in an order shuffled once."""

    def __init__(self, members: Sequence[Member], seed: int | None = None) -> None:
        self._members = [member for member in members if member.weight > 0]
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._state: tuple[bool, ...] = ()
        self._turns: list[Node] = []
        self._position = 0

    def order(self) -> list[Node]:
        """The servers to try for one chunk: those that are up in turn, then the others as a last resort."""
        with self._lock:
            state = tuple(member.node.available for member in self._members)
            if state != self._state or not self._turns:
                self._state = state
                self._turns = self._make_turns()
            start = self._position % len(self._turns) if self._turns else 0
            self._position = start + 1
            turned = self._turns[start:] + self._turns[:start]
        rest = [member.node for member in self._members]
        return list(dict.fromkeys(turned + rest))

    def _make_turns(self) -> list[Node]:
        active = [m for m in self._members if not m.standby and m.node.available]
        lost = sum(m.weight for m in self._members if not m.standby and not m.node.available)
        for member in self._members:
            if lost > 0 and member.standby and member.node.available:
                active.append(member)
                lost -= member.weight
        divisor = reduce(math.gcd, (m.weight for m in active), 0) or 1
        turns = [m.node for m in active for _ in range(m.weight // divisor)]
        self._random.shuffle(turns)
        return turns
