"""`_cat/aliases`, `_cat/templates`."""

from fnmatch import fnmatchcase

from kelp.store.admin import data_streams, templates
from kelp.store.api.cat.table import Column, Row, Table
from kelp.store.api.route import Call
from kelp.store.node import Node
from kelp.store.store import Store

_ALIASES = (
    Column("alias", "a", "alias name"),
    Column("index", "i,idx", "index alias points to"),
    Column("filter", "f,fi", "filter"),
    Column("routing.index", "ri,routingIndex", "index routing"),
    Column("routing.search", "rs,routingSearch", "search routing"),
    Column("is_write_index", "w,isWriteIndex", "write index"),
)
_TEMPLATES = (
    Column("name", "n", "template name"),
    Column("index_patterns", "t", "template index patterns"),
    Column("order", "o,p", "template application order/priority number"),
    Column("version", "v", "version"),
    Column("composed_of", "c", "component templates comprising index template"),
)


def tables(store: Store, node: Node) -> list[Table]:
    def aliases(call: Call) -> list[Row]:
        patterns = call.arg("name", "*").split(",")
        streams = store.catalog.documents(data_streams.KIND)
        rows: list[Row] = []
        for index in store.catalog.indices():
            for alias, body in index.aliases.items():
                if alias in streams or not any(fnmatchcase(alias, pattern) for pattern in patterns):
                    continue
                write = body.get("is_write_index")
                rows.append(
                    {
                        "alias": alias,
                        "index": index.name,
                        "filter": "*" if "filter" in body else "-",
                        "routing.index": body.get("index_routing", "-"),
                        "routing.search": body.get("search_routing", "-"),
                        "is_write_index": "-" if write is None else write,
                    }
                )
        return rows

    def template_rows(call: Call) -> list[Row]:
        pattern = call.arg("name", "*")
        rows: list[Row] = []
        for kind, rank in ((templates.LEGACY, "order"), (templates.COMPOSABLE, "priority")):
            for name, body in sorted(store.catalog.documents(kind).items()):
                if fnmatchcase(name, pattern):
                    rows.append(
                        {
                            "name": name,
                            "index_patterns": f"[{', '.join(templates.patterns_of(body))}]",
                            "order": body.get(rank),
                            "version": body.get("version"),
                            "composed_of": _list(body.get("composed_of"))
                            if kind == templates.COMPOSABLE
                            else "",
                        }
                    )
        return rows

    return [
        Table(("/_cat/aliases", "/_cat/aliases/{name}"), _ALIASES, aliases),
        Table(("/_cat/templates", "/_cat/templates/{name}"), _TEMPLATES, template_rows),
    ]


def _list(names: list[str] | None) -> str:
    return f"[{', '.join(names or [])}]"
