"""Base of parsers whose text may span lines, put together by whoever reads the lines."""

from abc import abstractmethod

from kelp.agent.parse.record_parser import RecordParser


class MultilineText(RecordParser):
    """A parser that says where an event begins."""

    @property
    @abstractmethod
    def has_first_line(self) -> bool:
        """Whether first lines are marked; else text is gathered until it matches."""

    @abstractmethod
    def is_first_line(self, line: str) -> bool:
        """Whether an event begins with this line."""
