"""Parser `csv`: values between commas, quoted as in RFC 4180."""

import re

from kelp.agent.config import param
from kelp.agent.event import Record
from kelp.agent.parse import ParserError, RecordParser
from kelp.agent.plugin.registry import register

_LINE_BREAK = re.compile(r"\r\n|\n|\r")


@register("parser", "csv")
class CsvParser(RecordParser):
    """Name the values of a line; empty and missing ones are null, `""` is empty text."""

    keys: list[str] = param.array(description="Names of the fields, in order.")
    delimiter: str = param.string(default=",", description="Text between values.")
    parser_engine: str = param.enum(
        ["normal", "fast"], default="normal", alias="parser_type",
        description="fast: tolerate stray quotes, which normal refuses.",
    )  # fmt: skip

    def configure(self) -> None:
        super().configure()
        quoted = r'"((?:[^"]|"")*+)"'
        plain = r"((?:(?!" + re.escape(self.delimiter) + r')[^"\r\n])*+)'
        self._value = re.compile(f"(?:{quoted}|{plain})(?={re.escape(self.delimiter)}|[\\r\\n]|\\Z)")

    def parse_record(self, text: str) -> Record | None:
        if self.parser_engine == "fast":
            values = self._split_loosely(text.removesuffix("\n").removesuffix("\r"))
            return dict(zip(self.keys, values, strict=False))
        if not text:
            return None
        values = self._split(text)
        values += [None] * (len(self.keys) - len(values))
        return dict(zip(self.keys, values, strict=False))

    def _split(self, text: str) -> list[str | None]:
        """The values of the first row; rows end as the first line break in the text does, be it quoted."""
        found_break = _LINE_BREAK.search(text)
        row_end = found_break[0] if found_break else None
        if row_end is not None and text.startswith(row_end):
            return []
        match, delimiter = self._value.match, self.delimiter
        values: list[str | None] = []
        position, size = 0, len(text)
        while found := match(text, position):
            values.append(found[2] or None if found[1] is None else found[1].replace('""', '"'))
            position = found.end()
            if position == size or (row_end is not None and text.startswith(row_end, position)):
                return values
            # Without a line break in the text, only the delimiter can follow a value.
            if row_end is not None and not text.startswith(delimiter, position):
                break
            position += len(delimiter)
        raise ParserError(f"cannot read CSV: stray quote or newline at character {position + 1}")

    def _split_loosely(self, text: str) -> list[str | None]:
        """Cut at delimiters and join again what an opening quote holds together."""
        columns = text.split(self.delimiter) if text else []
        values: list[str | None] = []
        index = 0
        while index < len(columns):
            column = columns[index]
            quotes = column.count('"')
            if quotes == 1 and column.startswith('"'):
                joined = [column]
                while index + 1 < len(columns) and not (len(joined) > 1 and joined[-1].endswith('"')):
                    index += 1
                    joined.append(columns[index])
                column = self.delimiter.join(joined)[1:-1]
            elif quotes >= 2:
                if column.startswith('"') and column.endswith('"'):
                    column = column[1:-1]
                if quotes > 2:
                    column = column.replace('""', '"')
            values.append(column if column or quotes else None)
            index += 1
        return values
