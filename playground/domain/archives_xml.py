"""XML of unknown origin, parsed in bounded memory: no document type, no entity, nothing fetched."""

from collections.abc import Callable, Iterator, Mapping
from typing import IO, TypeVar
from xml.parsers import expat

from playground.domain.refusals import FileRefused

CHUNK = 256 * 1024
DEEPEST = 64
# The parser holds a tag or a comment as a whole, and each name for good; real files stay far below.
LONGEST_TOKEN = 1024 * 1024
MOST_NAMES = 20_000

Attributes = dict[str, str]
_Handler = TypeVar("_Handler")


class XmlPart:
    """One XML document: calls `starts` and `ends` by the elements' names, without prefixes.

    Text goes to `on_text`, between `collect()` and `leave()` only. `finish()` ends the reading
    early. Handlers may raise what they like.
    """

    def __init__(
        self,
        *,
        starts: Mapping[str, Callable[[Attributes], None]],
        ends: Mapping[str, Callable[[], None]] | None = None,
        on_text: Callable[[str], None] | None = None,
    ) -> None:
        self._names: dict[str, str] = {}
        self._starts = _ByLocalName(starts)
        self._ends = _ByLocalName(ends or {})
        self._on_text = on_text
        self._depth = 0
        self._fed = 0
        self._is_finished = False
        self._parser = expat.ParserCreate(intern=self._names)
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = _forbid
        self._parser.EntityDeclHandler = _forbid

    def read(self, stream: IO[bytes]) -> Iterator[int]:
        """Parse the stream chunk by chunk, and yield after each how many bytes were read so far.

        Raises FileRefused for a document type, ValueError for what no real file has, and
        ExpatError for what is no XML.
        """
        while not self._is_finished and (chunk := stream.read(CHUNK)):
            self.feed(chunk)
            yield self._fed
        if not self._is_finished:
            self._parser.Parse(b"", True)

    def read_all(self, stream: IO[bytes]) -> None:
        """Parse the whole stream; raises as `read` does."""
        for _fed in self.read(stream):
            continue

    def feed(self, chunk: bytes) -> None:
        """Parse the next bytes; raises as `read` does."""
        self._parser.Parse(chunk, False)
        self._fed += len(chunk)
        if self._fed - max(self._parser.CurrentByteIndex, 0) > LONGEST_TOKEN + len(chunk):
            raise ValueError("a tag or a comment is too long")
        if len(self._names) > MOST_NAMES:
            raise ValueError("too many different names")

    def collect(self) -> None:
        """From here on text goes to `on_text`."""
        self._parser.CharacterDataHandler = self._on_text

    def leave(self) -> None:
        """From here on text is skipped."""
        self._parser.CharacterDataHandler = None

    def finish(self) -> None:
        """Nothing more is wanted from this document."""
        self._is_finished = True

    @property
    def is_finished(self) -> bool:
        return self._is_finished

    def _start(self, name: str, attributes: Attributes) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError("elements are nested too deep")
        if (handler := self._starts[name]) is not None:
            handler(attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if (handler := self._ends[name]) is not None:
            handler()


class Prolog:
    """Looks at what stands before the first element of a document that nobody reads."""

    def __init__(self) -> None:
        self._part = XmlPart(starts={})
        self._part._parser.StartElementHandler = self._first_element

    def feed(self, chunk: bytes) -> None:
        """Raises FileRefused for a document type; what is no XML is left alone."""
        if self._part.is_finished:
            return
        try:
            self._part.feed(chunk)
        except (expat.ExpatError, ValueError):
            self._part.finish()

    def _first_element(self, _name: str, _attributes: Attributes) -> None:
        self._part.finish()


class _ByLocalName(dict[str, _Handler | None]):
    """Handlers by the name as the document writes it, found by what stands behind the prefix."""

    def __init__(self, handlers: Mapping[str, _Handler]) -> None:
        super().__init__()
        self._handlers = handlers

    def __missing__(self, name: str) -> _Handler | None:
        found = self._handlers.get(name.rpartition(":")[2])
        self[name] = found
        return found


def _forbid(*_declaration: object) -> None:
    raise FileRefused(
        "forbidden_xml",
        "The workbook has a document type or an entity in it, which spreadsheets never write.",
        hint="Open it in a spreadsheet program, save it as .xlsx again, and bring that file.",
    )
