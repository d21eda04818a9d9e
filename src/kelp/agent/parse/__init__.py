"""What the parsers share: time and type options of `<parse>`, batches of lines, known line shapes."""

from kelp.agent.parse.record_parser import ParserError, RecordParser, Unfit

__all__ = ["ParserError", "RecordParser", "Unfit"]
