"""The Elasticsearch output whose options depend on each event."""

from pathlib import Path

import pytest

from kelp.agent.config import ConfigError
from tests.agent.bulk_sink import bulk_sink
from tests.agent.output_driver import T0, make, running
from tests.agent.waiting import wait_for

TYPE = "@type elasticsearch_dynamic\n"
FAST = "<buffer>\n  flush_mode immediate\n  retry_wait 0.05\n  retry_forever\n</buffer>\n"


def test_each_host_gets_its_events() -> None:
    with bulk_sink() as one, bulk_sink() as two:
        with running(
            f"{TYPE}hosts 127.0.0.1:${{record['port']}}\nindex_name ${{tag_parts[1]}}\n{FAST}"
        ) as driver:
            ports = (one.port, two.port, one.port)
            driver.emit("a.b", *[(T0, {"n": n, "port": str(port)}) for n, port in enumerate(ports)])
            wait_for(lambda: driver.output.chunks.size == 0)
        assert [doc["n"] for _, _, doc in one.stored] == [0, 2]
        assert [doc["n"] for _, _, doc in two.stored] == [1]
        assert {meta["_index"] for _, meta, _ in one.stored} == {"b"}


def test_hosts_that_are_none_are_errors() -> None:
    with running(f"{TYPE}host x:${{record['port']}}\n{FAST}") as driver:
        driver.emit("a", (T0, {"port": "many"}), (T0, {}))
        assert [record for _, _, record, _ in driver.recorder.errors] == [{"port": "many"}, {}]


def test_an_expression_for_the_type_is_never_the_type() -> None:
    with bulk_sink() as sink:
        port = sink.port
    with running(f"{TYPE}port {port}\ntype_name ${{record['t']}}\n{FAST}") as driver:
        driver.emit("a", (T0, {"t": "x"}))
        wait_for(lambda: driver.output.stats.num_errors > 1)
        with bulk_sink(port) as sink:
            sink.version = "6.8.0"
            wait_for(lambda: driver.output.chunks.size == 0)
        assert [meta for _, meta, _ in sink.stored] == [{"_index": "fluentd", "_type": None}]


def test_a_file_buffer_keeps_the_hosts(tmp_path: Path) -> None:
    buffer = f"<buffer>\n  @type file\n  path {tmp_path}/b\n  flush_interval 60s\n</buffer>\n"
    with bulk_sink() as sink:
        options = f"{TYPE}hosts 127.0.0.1:${{record['port']}}\n"
        with running(options + buffer) as driver:
            driver.emit("a", (T0, {"port": str(sink.port)}))
        with running(options + buffer) as driver:
            driver.output.flush()
            wait_for(lambda: len(sink.stored) == 1)


def test_what_an_expression_gives_is_not_looked_through() -> None:
    with bulk_sink() as sink:
        with running(f"{TYPE}port {sink.port}\nindex_name x-${{record['i']}}\n{FAST}") as driver:
            driver.emit("a", (T0, {"i": "${1+1}"}))
            wait_for(lambda: driver.output.chunks.size == 0)
        assert [meta["_index"] for _, meta, _ in sink.stored] == ["x-${1+1}"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("index_name ${record['a'].sub(/a{1}/, 'b')}", "cannot use an expression in the options"),
        ("index_name ${tag}", "no implicit conversion of NilClass into String"),
        ("index_name ${system('x')}", "cannot use an expression"),
        ("write_operation delete", "'write_operation' must be one of index, create, update, upsert, got 'delete'"),
    ],
)  # fmt: skip
def test_faults(options: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make(f"{TYPE}{options}\n")
