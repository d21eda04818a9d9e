"""Which way the events of a tag go: for `kelp agent --explain TAG`."""

from kelp.agent.check.flow import start_of, way
from kelp.agent.pipeline.assembly import Assembly


def explain(assembly: Assembly, tag: str) -> str:
    """The filters and outputs that events of `tag` pass, with their places, through labels and under new tags.

    They begin at the top level, and in each label that an input sends to.
    """
    starts = [assembly.router(None), *(start_of(source, assembly) for source in assembly.inputs)]
    lines = []
    for router in dict.fromkeys(starts):
        lines.append(f"{router.name or '@ROOT'}:")
        lines += way(router, tag, "  ")
    return "\n".join(lines)
