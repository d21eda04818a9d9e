"""From a configuration to routes: order rules, labels, errors, and every fault in one run."""

from pathlib import Path

import pytest

from kelp.agent.config import ConfigError, Element, param
from kelp.agent.config.v1 import parse_v1
from kelp.agent.event import Batch, Record
from kelp.agent.pipeline.assemble import assemble
from kelp.agent.pipeline.assembly import Assembly
from kelp.agent.plugin import BufferOverflow, Filter, Input, Output, register


@register("output", "test_keep")
class KeepOutput(Output):
    """Keeps what it gets."""

    fail: str = param.string("", description="Error to raise.")

    def configure(self) -> None:
        self.kept: list[tuple[str, list[object]]] = []

    def process(self, tag: str, batch: Batch) -> None:
        if self.fail == "overflow":
            raise BufferOverflow("full")
        if self.fail:
            raise OSError(self.fail)
        self.kept.append((tag, [dict(record) for record in batch.records]))


@register("filter", "test_mark")
class MarkFilter(Filter):
    """Marks records; drops and breaks on demand."""

    mark: str = param.string(description="Mark.")

    def filter_batch(self, tag: str, batch: Batch) -> Batch:
        if self.mark == "break":
            raise ValueError("broken")
        if self.mark == "drop":
            return Batch()
        for record in batch.records:
            record["by"] = record.get("by", "") + self.mark
        return batch


@register("input", "test_source")
class SourceInput(Input):
    """Does nothing by itself."""


def load(text: str) -> Assembly:
    return assemble(parse_v1(text, "f", Path("/nowhere")))


def outputs(assembly: Assembly) -> dict[str, KeepOutput]:
    return {one.plugin_id: one for one in assembly.stages if isinstance(one, KeepOutput)}


def keep(pattern: str, name: str, fail: str = "") -> str:
    return (
        f"<match {pattern}>\n@type test_keep\n@id {name}\n"
        + (f"fail {fail}\n" if fail else "")
        + "</match>\n"
    )


def mark(pattern: str, text: str) -> str:
    return f"<filter {pattern}>\n@type test_mark\nmark {text}\n</filter>\n"


@pytest.mark.parametrize(
    ("text", "tag", "expected"),
    [
        (keep("a.**", "x") + keep("**", "y"), "a.b", ("x", None)),
        (keep("a.**", "x") + keep("**", "y"), "b", ("y", None)),
        (mark("a.*", "1") + mark("**", "2") + keep("**", "x"), "a.b", ("x", "12")),
        (mark("a.*", "1") + mark("**", "2") + keep("**", "x"), "b", ("x", "2")),
        (keep("a", "x") + mark("**", "late") + keep("**", "y"), "a", ("x", None)),
        (keep("a", "x"), "b", None),
        (mark("**", "drop") + keep("**", "x"), "b", None),
        ("<match>\n@type test_keep\n@id x\n</match>", "any.tag", ("x", None)),
    ],
)
def test_routes(text: str, tag: str, expected: tuple[str, str | None] | None) -> None:
    assembly = load(text)
    assembly.router(None).emit(tag, Batch([1], [{}]))
    got = [(name, one.kept[0][1][0].get("by")) for name, one in outputs(assembly).items() if one.kept]  # type: ignore[attr-defined]
    assert got == ([expected] if expected else [])


def test_events_emitted_later_go_on_behind_their_filter() -> None:
    assembly = load(mark("**", "1") + mark("**", "2") + mark("**", "3") + keep("**", "x"))
    second = assembly.stages[1]
    assert isinstance(second, Filter)
    second.emit_downstream("t", Batch([1], [{}]))
    assert outputs(assembly)["x"].kept == [("t", [{"by": "3"}])]


UPPER = (
    "<filter **>\n@type record_modifier\n<record>\na 1\nb ${record['x'].upcase}\nc 3\n</record>\n</filter>\n"
)
PARSER = "<filter **>\n@type parser\nkey_name $.x.y\n<parse>\n@type json\n</parse>\n</filter>\n"
STREAM = "<filter **>\n@type record_transformer\n<record>\nd 4\n</record>\n</filter>\n"


@pytest.mark.parametrize(
    ("filters", "record", "kept", "failed"),
    [
        (UPPER, {"x": 5}, [{"x": 5, "a": "1"}], [{"x": 5, "a": "1"}]),
        (UPPER + mark("**", "m"), {"x": 5}, [{"x": 5, "a": "1", "by": "m"}], [{"x": 5, "a": "1"}]),
        (UPPER + STREAM, {"x": 5}, [], [{"x": 5, "a": "1"}]),
        (PARSER, {"x": "text"}, [{"x": "text"}], [{"x": "text"}]),
        (PARSER, {"x": {"y": {}}}, [], [{"x": {"y": {}}}]),
        (PARSER, {"x": {"y": "no"}}, [], [{"x": {"y": "no"}}]),
        (PARSER + STREAM, {"x": "text"}, [], [{"x": "text"}]),
    ],
)
def test_events_that_a_filter_fails_at_go_on_in_chains_of_single_events(
    filters: str, record: Record, kept: list[Record], failed: list[Record]
) -> None:
    assembly = load(filters + keep("**", "x") + "<label @ERROR>\n" + keep("**", "e") + "</label>\n")
    assembly.router(None).emit("t", Batch([1], [dict(record)]))
    found = outputs(assembly)
    assert [one for _, records in found["x"].kept for one in records] == kept
    assert [one for _, records in found["e"].kept for one in records] == failed


def test_labels() -> None:
    text = (
        "<source>\n@type test_source\n@label @L\n</source>\n"
        "<source>\n@type test_source\n</source>\n"
        + keep("**", "root")
        + "<label @L>\n"
        + keep("**", "l")
        + "</label>\n"
    )
    assembly = load(text)
    for source in assembly.inputs:
        source.emit("t", Batch([1], [{}]))
    assert {name: len(one.kept) for name, one in outputs(assembly).items()} == {"root": 1, "l": 1}
    assert assembly.router("@ROOT") is assembly.router(None)


def test_what_a_filter_breaks_on_goes_to_the_error_label() -> None:
    assembly = load(mark("a", "break") + keep("**", "x") + "<label @ERROR>\n" + keep("**", "e") + "</label>")
    assembly.router(None).emit("a", Batch([1, 2], [{"i": 1}, {"i": 2}]))
    assert outputs(assembly)["e"].kept == [("a", [{"i": 1}]), ("a", [{"i": 2}])]
    assert outputs(assembly)["x"].kept == []


def test_what_an_output_refuses_goes_to_the_error_label() -> None:
    assembly = load(keep("**", "x", "gone") + "<label @ERROR>\n" + keep("**", "e") + "</label>")
    assembly.router(None).emit("a", Batch([1], [{"i": 1}]))
    assert outputs(assembly)["e"].kept == [("a", [{"i": 1}])]


@pytest.mark.parametrize(("fail", "error"), [("gone", OSError), ("overflow", BufferOverflow)])
def test_without_an_error_label_the_source_learns(fail: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        load(keep("**", "x", fail)).router(None).emit("a", Batch([1], [{}]))


def test_a_full_buffer_is_always_the_source_s_concern() -> None:
    assembly = load(keep("**", "x", "overflow") + "<label @ERROR>\n" + keep("**", "e") + "</label>")
    with pytest.raises(BufferOverflow):
        assembly.router(None).emit("a", Batch([1], [{}]))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<match a>\n</match>", "f:1: <match a>: option '@type' is required"),
        (
            "<match a>\n@type fiel\n</match>",
            "f:2: <match a>: unknown output plugin 'fiel'; did you mean 'file'?",
        ),
        (
            "<match a>\ntype stduot\n</match>",
            "f:1: <match a>: unknown output plugin 'stduot'; did you mean 'stdout'?",
        ),
        (
            "<source>\n@type test_source\n@label @X\n</source>",
            "f:3: label '@X' not found; labels of this configuration: none",
        ),
        ("<label>\n</label>", "f:1: <label> needs a name: <label @NAME>"),
        ("<label @A>\n</label>", "f:1: <label @A> needs a <match>: nothing takes its events"),
        (
            f"<label @A>\n{keep('a', 'x')}\n</label>\n<label @A>\n</label>",
            "f:8: section <label @A> appears twice",
        ),
        ("<label @ROOT>\n</label>", "f:1: @ROOT is reserved for the top level"),
        (keep("a", "x") + keep("b", "x"), "f:7: <match b>: '@id x' is taken by f:1: give another"),
        ("<system>\n</system>\n<system>\n</system>", "f:3: <system> may stand once only"),
        ("<system>\nworkers 0\n</system>", "f:2: <system>: option 'workers' must be at least 1, got 0"),
        (
            "<system>\nrpc_endpoint x\n</system>",
            "f:2: <system>: option 'rpc_endpoint' must be HOST:PORT, got 'x'",
        ),
        ("<system>\nlog_level loud\n</system>", "f:2: <system>: option 'log_level' must be one of trace"),
        ("<worker 1>\n</worker>", "f:1: <worker 1>: only worker 0 exists"),
        (
            "<match /a>\n@type test_keep\n</match>",
            "f:1: <match /a>: invalid regular expression '/a' as tag pattern",
        ),
        (
            "<match a>\n@type test_keep\n@log_level x\n</match>",
            "f:3: <match a>: option '@log_level' must be one of",
        ),
    ],
)
def test_faults(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(text)
    assert str(caught.value).startswith(message)


def test_all_faults_come_in_one_run() -> None:
    with pytest.raises(ConfigError) as caught:
        load("<match a>\n</match>\n<filter b>\n@type test_mark\n</filter>\n<source>\n@type nope\n</source>\n")
    assert [fault.place.line for fault in caught.value.faults if fault.place] == [1, 3, 7]


def test_unused_options_are_warned_about() -> None:
    text = "<match a>\n@type test_keep\nfial x\n</match>\n<worker 0>\n" + keep("b", "w") + "</worker>\n"
    assembly = load(text + "<mach a>\nb\n</mach>")
    assert assembly.warnings == [
        "f:11: unknown section <mach a> has no effect; did you mean <match>?",
        "f:3: <match a>: option 'fial' is not used; did you mean 'fail'?",
    ]
    assert "w" in outputs(assembly)


def test_labels_stop_in_the_order_of_the_flow() -> None:
    def label(name: str, target: str) -> str:
        return f"<label {name}>\n<match **>\n@type relabel\n@id {name}\n@label {target}\n</match>\n</label>\n"

    text = "<label @ERROR>\n" + keep("**", "e") + "</label>\n<label @C>\n" + keep("**", "c") + "</label>\n"
    assembly = load(
        text + label("@B", "@C") + label("@A", "@B") + "<match **>\n@type relabel\n@id r\n@label @A\n</match>"
    )
    assert [stage.plugin_id for stage in assembly.stages] == ["r", "@A", "@B", "c", "e"]


def test_an_element_is_not_changed_by_reading_it_twice() -> None:
    element = Element("ROOT")
    assert assemble(element).stages == assemble(element).stages == []
