"""`_cat`: tables for people, one module per group of tables, each a list of `Table`."""

from importlib import import_module

from kelp.store.api.cat.table import Table, table_route
from kelp.store.api.route import Call, Reply, Route
from kelp.store.node import Node
from kelp.store.store import Store

_MODULES = ("indices", "aliases", "cluster", "nodes", "shards", "storage")


def node_routes(store: Store, node: Node) -> list[Route]:
    tables: list[Table] = []
    for name in _MODULES:
        tables += import_module(f"{__name__}.{name}").tables(store, node)
    paths = [path for table in tables for path in table.paths]

    def overview(call: Call) -> Reply:
        text = "=^.^=\n" + "".join(path + "\n" for path in paths)
        return Reply(text, content_type="text/plain; charset=UTF-8")

    return [Route("GET", "/_cat", overview), *(route for table in tables for route in table_route(table))]
