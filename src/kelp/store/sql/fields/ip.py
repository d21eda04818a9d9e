"""IP address fields: addresses and networks."""

import ipaddress

from kelp.store.dsl.body import text as as_text
from kelp.store.query import nodes
from kelp.store.sql.fields.access import all_of, any_of, on_values
from kelp.store.sql.fields.family import NEVER, Family, ValueFault


class IpFamily(Family):
    """Version 4 and 6 addresses, in one order; a term may be a network such as `10.0.0.0/8`."""

    def address(self, text: str) -> str:
        """The place of an address, compared as version 6."""
        try:
            ipaddress.ip_address(text)
        except ValueError:
            raise self.fault(text) from None
        return f"toIPv6({self.binder.text(text)})"

    def fault(self, text: str) -> ValueFault:
        cause = f"'{text}' is not an IP string literal."
        return ValueFault(
            "query_shard_exception",
            f"failed to create query: {cause}",
            {"type": "illegal_argument_exception", "reason": cause},
        )

    def visit_Terms(self, leaf: nodes.Terms) -> str:
        tests: list[tuple[str, ...]] = []
        texts = [as_text(value) for value in leaf.values]
        for text in texts:
            try:
                if "/" in text:
                    network = ipaddress.ip_network(text, strict=False)
                    low, high = str(network.network_address), str(network.broadcast_address)
                    tests.append((f">= {self.address(low)}", f"<= {self.address(high)}"))
                else:
                    tests.append((f"= {self.address(text)}",))
            except ValueError:
                raise self.fault(text) from None
            except ValueFault:
                if self.access.overflow is None:
                    raise
        found = []
        if tests:
            found.append(
                on_values(
                    self.access,
                    lambda x: any_of(
                        [all_of([f"toIPv6OrNull({x}) {part}" for part in test]) for test in tests]
                    ),
                )
            )
        return any_of([sql for sql in (*found, *self.overflow_equals(texts)) if sql != NEVER])

    def visit_Range(self, leaf: nodes.Range) -> str:
        bounds = [(">", leaf.gt), (">=", leaf.gte), ("<", leaf.lt), ("<=", leaf.lte)]
        given = [f"{sign} {self.address(as_text(value))}" for sign, value in bounds if value is not None]
        return on_values(self.access, lambda x: all_of([f"toIPv6OrNull({x}) {test}" for test in given]))
