"""The grammar of Lucene's classic query parser, with Elasticsearch's additions.

AND and OR have no precedence: each operator decides about the clauses beside it, as in Lucene. Grammar:

    query  := clause (AND | OR | && | || )? clause …
    clause := (+ | - | ! | NOT)? (field ':')? ( '(' query ')' ^boost? | phrase ~slop? | range | /regexp/ | term ~n? )

See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-query-string-query.html#query-string-syntax
"""

from dataclasses import dataclass

from kelp.store.dsl.lucene.scanner import BLANKS, Scanner, has_wildcard, unescape
from kelp.store.query.nodes import (
    All,
    And,
    AnyField,
    Exists,
    Fuzzy,
    Leaf,
    Match,
    Node,
    Not,
    Nothing,
    Or,
    Phrase,
    Prefix,
    Range,
    Regexp,
    Wildcard,
)
from kelp.store.query.words import minimum_matches

_MAX_DEPTH = 100


@dataclass(frozen=True, slots=True)
class LuceneOptions:
    """What `query_string` may say about how its text is read."""

    fields: tuple[str, ...] = ("*",)
    default_operator: str = "or"
    phrase_slop: int = 0
    lenient: bool = True
    time_zone: str | None = None
    minimum_should_match: str | None = None
    fuzziness: str = "AUTO"
    prefix_length: int = 0
    phrase: bool = False
    """Words outside quotes are read as phrases too (`type: phrase`)."""
    cross_fields: bool = False


@dataclass(slots=True)
class _Clause:
    node: Node
    occurs: str  # must, should or must_not


def parse_lucene(text: str, options: LuceneOptions) -> Node:
    """The tree of a query; a blank query matches nothing. Raises ApiError where the text is not a query."""
    parser = _Parser(text, options)
    return parser.parse()


class _Parser:
    def __init__(self, text: str, options: LuceneOptions) -> None:
        self.scan = Scanner(text)
        self.options = options
        self.depth = 0

    def parse(self) -> Node:
        node = self.query(self.options.fields, top=True)
        self.scan.skip_blanks()
        if not self.scan.done():
            raise self.scan.error(f'Encountered "{self.scan.peek()}"')
        return node

    def query(self, fields: tuple[str, ...], top: bool = False) -> Node:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise self.scan.error(f"more than {_MAX_DEPTH} nested groups")
        clauses: list[_Clause] = []
        while True:
            self.scan.skip_blanks()
            if self.scan.done() or self.scan.peek() == ")":
                break
            conjunction = self.conjunction(first=not clauses)
            modifier = self.modifier()
            node = self.clause(fields)
            if node is not None:
                self.add(clauses, conjunction, modifier, node)
        self.depth -= 1
        return self.combine(clauses, top)

    def conjunction(self, first: bool) -> str:
        scan = self.scan
        found = ""
        if scan.take_word("AND") or scan.take("&&"):
            found = "and"
        elif scan.take_word("OR") or scan.take("||"):
            found = "or"
        if found and first:
            raise scan.error(f'Encountered "{found.upper()}" before any clause')
        scan.skip_blanks()
        if found and (scan.done() or scan.peek() == ")"):
            raise scan.error('Encountered "<EOF>" after an operator')
        return found

    def modifier(self) -> str:
        scan = self.scan
        if scan.take("+"):
            found = "+"
        elif scan.take("-") or scan.take("!") or scan.take_word("NOT"):
            found = "-"
        else:
            return ""
        scan.skip_blanks()
        if scan.done():
            raise scan.error('Encountered "<EOF>" after an operator')
        return found

    def add(self, clauses: list[_Clause], conjunction: str, modifier: str, node: Node) -> None:
        """Lucene's `addClause`: an operator also changes the clause before it."""
        and_by_default = self.options.default_operator == "and"
        if clauses and clauses[-1].occurs != "must_not":
            if conjunction == "and":
                clauses[-1].occurs = "must"
            elif conjunction == "or" and and_by_default:
                clauses[-1].occurs = "should"
        if modifier == "-":
            occurs = "must_not"
        elif and_by_default:
            occurs = "must" if conjunction != "or" or modifier == "+" else "should"
        else:
            occurs = "must" if modifier == "+" or conjunction == "and" else "should"
        clauses.append(_Clause(node, occurs))

    def combine(self, clauses: list[_Clause], top: bool) -> Node:
        if not clauses:
            return Nothing()
        must = [clause.node for clause in clauses if clause.occurs == "must"]
        should = tuple(clause.node for clause in clauses if clause.occurs == "should")
        must_not = [Not(clause.node) for clause in clauses if clause.occurs == "must_not"]
        children: list[Node] = list(must)
        if should:
            spec = self.options.minimum_should_match if top else None
            children.append(Or(should, minimum_matches(spec, len(should), 0 if must else 1)))
        return And((*children, *must_not))

    def clause(self, fields: tuple[str, ...]) -> Node | None:
        scan = self.scan
        named = self.field()
        if named is not None:
            if named == "_exists_":
                return self.exists()
            fields = (named,)
        scan.skip_blanks()
        char = scan.peek()
        if char == "(":
            scan.at += 1
            node = self.query(fields)
            if not scan.take(")"):
                raise scan.error('Encountered "<EOF>": a parenthesis is not closed')
            self.boost()
            return node
        if char == '"':
            return self.phrase(fields)
        if char in ("[", "{"):
            return self.range(fields)
        if char in ("<", ">"):
            return self.one_sided_range(fields)
        if char == "/":
            pattern = scan.regexp()
            if pattern is not None:
                self.boost()
                return self.on_fields(fields, Regexp("", pattern, lenient=self.options.lenient))
        return self.term(fields, named)

    def field(self) -> str | None:
        """The field before a colon, the colon stepped over; None and nothing stepped over where there is none."""
        scan = self.scan
        start = scan.at
        raw = scan.term()
        end = scan.at
        if raw and scan.peek() == ":":
            scan.at += 1
            return unescape_field(raw)
        scan.at = start
        if raw == "" and scan.peek() == ":" and end == start:
            raise scan.error('Encountered ":"')
        return None

    def exists(self) -> Node:
        self.scan.skip_blanks()
        name = self.scan.quoted() if self.scan.peek() == '"' else unescape_field(self.scan.term())
        self.boost()
        return AnyField((name,), Exists("")) if "*" in name else Exists(name)

    def phrase(self, fields: tuple[str, ...]) -> Node:
        text = self.scan.quoted()
        slop = self.options.phrase_slop
        if self.scan.take("~"):
            slop = int(float(self.scan.number() or slop))
        self.boost()
        return self.on_fields(fields, Phrase("", text, slop, lenient=self.options.lenient))

    def range(self, fields: tuple[str, ...]) -> Node:
        scan = self.scan
        low_open = scan.peek() == "{"
        scan.at += 1
        low = self.bound()
        scan.skip_blanks()
        if not scan.take_word("TO"):
            raise scan.error("Encountered a range without TO")
        high = self.bound()
        scan.skip_blanks()
        high_open = scan.peek() == "}"
        if scan.peek() not in ("}", "]"):
            raise scan.error('Encountered "<EOF>": a range is not closed')
        scan.at += 1
        self.boost()
        leaf = self.range_leaf(
            gt=low if low_open else None,
            gte=None if low_open else low,
            lt=high if high_open else None,
            lte=None if high_open else high,
        )
        return self.on_fields(fields, leaf)

    def bound(self) -> str | None:
        self.scan.skip_blanks()
        if self.scan.peek() == '"':
            return self.scan.quoted()
        start = self.scan.at
        while not self.scan.done() and self.scan.peek() not in BLANKS + "]}":
            self.scan.at += 2 if self.scan.peek() == "\\" else 1
        raw = self.scan.text[start : self.scan.at]
        if not raw:
            raise self.scan.error("Encountered a range without a bound")
        return None if raw == "*" else unescape(raw)

    def one_sided_range(self, fields: tuple[str, ...]) -> Node:
        scan = self.scan
        name = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
        mark = scan.peek()
        scan.at += 1
        if scan.take("="):
            mark += "="
        scan.skip_blanks()
        value = scan.quoted() if scan.peek() == '"' else unescape(self.bound_term())
        if not value:
            raise scan.error(f"Encountered {mark} without a value")
        self.boost()
        return self.on_fields(fields, self.range_leaf(**{name[mark]: value}))

    def bound_term(self) -> str:
        """The value after >=, which may hold colons (a time of day)."""
        start = self.scan.at
        while not self.scan.done() and self.scan.peek() not in BLANKS + ")^":
            self.scan.at += 2 if self.scan.peek() == "\\" else 1
        return self.scan.text[start : self.scan.at]

    def range_leaf(self, **bounds: str | None) -> Range:
        given = {name: value for name, value in bounds.items() if value is not None}
        return Range("", **given, time_zone=self.options.time_zone, lenient=self.options.lenient)

    def term(self, fields: tuple[str, ...], named: str | None) -> Node | None:
        scan = self.scan
        raw = scan.term()
        if not raw:
            raise scan.error(f'Encountered "{scan.peek() or "<EOF>"}"')
        fuzzy: str | None = None
        if scan.take("~"):
            fuzzy = scan.number() or self.options.fuzziness
        self.boost()
        if raw == "*":
            return self.everything(fields, named)
        if has_wildcard(raw):
            return self.on_fields(fields, self.wildcard(raw))
        value = unescape(raw)
        if fuzzy is not None:
            return self.on_fields(
                fields, Fuzzy("", value, fuzzy, self.options.prefix_length, self.options.lenient)
            )
        if self.options.phrase:
            return self.on_fields(fields, Phrase("", value, lenient=self.options.lenient))
        leaf = Match("", value, operator=self.options.default_operator, lenient=self.options.lenient)
        return self.on_fields(fields, leaf)

    def everything(self, fields: tuple[str, ...], named: str | None) -> Node:
        """`*:*` and a bare `*` mean every document, `field:*` that the field exists."""
        if named in ("*", "_all") or (named is None and "*" in fields):
            return All()
        leaf = Exists("")
        return leaf.on(fields[0]) if len(fields) == 1 and "*" not in fields[0] else AnyField(fields, leaf)

    def wildcard(self, raw: str) -> Leaf:
        body = raw[:-1]
        if raw.endswith("*") and not has_wildcard(body) and not body.endswith("\\"):
            return Prefix("", unescape(body), lenient=self.options.lenient)
        return Wildcard("", raw, lenient=self.options.lenient)

    def boost(self) -> None:
        if self.scan.take("^") and not self.scan.number():
            raise self.scan.error("Encountered ^ without a number")

    def on_fields(self, fields: tuple[str, ...], leaf: Leaf) -> Node:
        if len(fields) == 1 and "*" not in fields[0]:
            return leaf.on(fields[0])
        # All fields are searched leniently: what a number cannot be, no number field holds.
        if any("*" in field for field in fields):
            leaf = leaf.leniently()
        return AnyField(fields, leaf)


def unescape_field(raw: str) -> str:
    r"""The field's path in a query, where `\*` stands for the wildcard as `*` does.

    >>> unescape_field("kubernetes.\\*")
    'kubernetes.*'
    """
    return unescape(raw)
