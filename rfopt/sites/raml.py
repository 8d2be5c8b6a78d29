"""Nokia RAML 2.0 and 2.1 files as managed objects, streamed, with nothing resolved that the file does not hold.

Source: the shape of `cmData`, `managedObject`, `p`, `list` and `item` in published plans and site configuration files;
class names carry prefixes (``NOKLTE:LNCEL``, ``com.nokia.srbts:MRBTS``) that are stripped. Case does not count in
the names of classes, parameters and lists: spellings differ between releases and tools.
"""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from xml.parsers import expat

from rfopt.errors import InputError, printable
from rfopt.files import file_size, first_bytes

LARGEST_BYTES = 4 << 30
"""Of the text, inflated."""
DEEPEST = 50
MOST_OBJECTS = 5_000_000
LONGEST_VALUE = 10_000
CHUNK = 1 << 20
ENDINGS = (".xml", ".xml.gz", ".raml")
CLASS = re.compile(r"(?:^|(?<=/))\w+(?=-)")
BROKEN_GZIP = (OSError, EOFError, zlib.error)

_Value = TypeVar("_Value")


class Named(dict[str, _Value]):
    """What an object holds by name, in which case does not count.

    >>> held = Named()
    >>> held["hoTLDLRxLevel"] = "15"
    >>> held["hoTLDlRxLevel"], held.get("hotldlrxlevel"), "HOTLDLRXLEVEL" in held
    ('15', '15', True)
    """

    def __setitem__(self, name: str, value: _Value) -> None:
        super().__setitem__(name.lower(), value)

    def __getitem__(self, name: str) -> _Value:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())

    def get(self, name: str, default: Any = None) -> Any:
        """What stands under a name, or the default."""
        return super().get(name.lower(), default)


@dataclass
class ManagedObject:
    """One object of a dump or plan.

    Attributes
    ----------
    kind : str
        Class without prefix, in capitals: ``LNCEL``.
    dn : str
        Distinguished name, the classes in it in capitals.
    operation : str
        ``create``, ``update`` or ``delete``; '' in a dump of the actual network.
    line : int
    values : Named
        Parameters by name.
    lists : Named
        Plain items of a list by its name; the fields of a structured item under ``list.field``.
    """

    kind: str
    dn: str
    operation: str
    line: int
    values: Named[str] = field(default_factory=Named)
    lists: Named[list[str]] = field(default_factory=Named)

    @property
    def parent(self) -> str:
        """The name of the object it belongs to."""
        return self.dn.rpartition("/")[0]

    @property
    def number(self) -> str:
        """Its own number, the last of its name."""
        return self.dn.rpartition("/")[2].partition("-")[2].strip()


def ancestor(dn: str, kind: str) -> str:
    """The part of a name up to an object of a class; '' where there is none.

    >>> ancestor("PLMN-PLMN/BSC-1/BCF-2/BTS-3/ADCE-21311  4", "BTS"), ancestor("PLMN-PLMN/BSC-1", "BTS")
    ('PLMN-PLMN/BSC-1/BCF-2/BTS-3', '')
    """
    steps = dn.split("/")
    for k, step in enumerate(steps, 1):
        if step.partition("-")[0] == kind:
            return "/".join(steps[:k])
    return ""


def is_raml(path: Path) -> bool:
    """True for an XML file whose beginning names RAML or its data element, False for XML of another kind.

    Raises
    ------
    InputError
        If a file that is named as XML is none, so that a dump that came in pieces is not passed over in silence.
    """
    if not path.name.lower().endswith(ENDINGS) or path.is_dir():
        return False
    file_size(path)
    try:
        with _open(path) as stream:
            start = stream.read(4096)
    except BROKEN_GZIP as error:
        raise InputError(f"cannot be read: {printable(error, 120)}", path) from None
    plain = start.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe \t\r\n")
    if not plain.startswith(b"<"):
        raise InputError(f"is {'empty' if not start else 'no XML'}, expected a Nokia dump in XML", path)
    return re.search(rb"<(raml|cmData)\b", plain) is not None


def _open(path: Path) -> io.BufferedReader | gzip.GzipFile:
    return gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb")


def read_raml(path: Path, kinds: Container[str]) -> tuple[list[ManagedObject], str]:
    """The objects of some classes in the order of the file, and the type of the file: ``actual`` or ``plan``.

    Raises
    ------
    InputError
        If the file is broken, declares an entity, nests too deep or inflates too far.
    """
    try:
        chinese, marked = _is_chinese(path), first_bytes(path, 2) in (b"\xff\xfe", b"\xfe\xff")
        builder = _Builder(path, kinds, "utf-8" if chinese else "utf-16" if marked else None)
        with _open(path) as stream:
            builder.feed(stream, chinese)
    except BROKEN_GZIP as error:
        raise InputError(f"cannot be read: {printable(error, 120)}", path) from None
    return builder.objects, builder.type


def _is_chinese(path: Path) -> bool:
    """True for a file that declares GB2312, GBK or GB18030, which expat does not know."""
    with _open(path) as stream:
        return re.match(rb"""\s*<\?xml[^>]{0,80}encoding=["']gb""", stream.read(200), re.IGNORECASE) is not None


class _Builder:
    """Objects from expat's events."""

    def __init__(self, path: Path, kinds: Container[str], encoding: str | None):
        self.path, self.kinds = path, kinds
        self.objects: list[ManagedObject] = []
        self.type = ""
        self._now: ManagedObject | None = None
        self._stack: list[str] = []
        self._list = ""
        self._name = ""
        self._text: list[str] | None = None
        self._length = 0
        self._parser = expat.ParserCreate(encoding, namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.EntityDeclHandler = self._entity

    def feed(self, stream: io.BufferedReader | gzip.GzipFile, chinese: bool) -> None:
        """Parse a stream to its end."""
        left = LARGEST_BYTES
        decoder = codecs.getincrementaldecoder("gb18030")()
        try:
            while chunk := stream.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise InputError(f"inflates to more than {LARGEST_BYTES >> 30} GiB", self.path)
                self._parser.Parse(decoder.decode(chunk).encode() if chinese else chunk, False)
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            reason = expat.errors.messages.get(error.code, "broken")
            raise InputError(f"is not whole XML: {reason}", self.path, error.lineno) from None
        except (ValueError, LookupError) as error:  # an encoding that no one knows
            raise InputError(f"is not XML that can be read: {printable(error)}", self.path) from None

    def _entity(self, name: str, *_: object) -> None:
        raise InputError(f"declares the entity '{printable(name)}', expected none", self.path, self._line)

    @property
    def _line(self) -> int:
        return int(self._parser.CurrentLineNumber)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        element = tag.rpartition(" ")[2]
        self._stack.append(element)
        if len(self._stack) > DEEPEST:
            raise InputError(f"nests deeper than {DEEPEST} elements", self.path, self._line)
        if element == "cmData":
            self.type = attributes.get("type", "").lower()
        elif element == "managedObject":
            self._open_object(attributes)
        elif self._now is not None and element == "list":
            self._list = attributes.get("name", "")
        elif self._now is not None and element == "p":
            self._name, self._text = attributes.get("name", ""), []
            self._length = 0

    def _open_object(self, attributes: dict[str, str]) -> None:
        kind = attributes.get("class", "").rpartition(":")[2].upper()
        if kind not in self.kinds:
            self._now = None
            return
        dn = CLASS.sub(lambda found: found[0].upper(), attributes.get("distName", "").strip())
        if not dn:
            raise InputError(f"{kind} has no distName", self.path, self._line)
        if len(self.objects) >= MOST_OBJECTS:
            raise InputError(f"holds more than {MOST_OBJECTS} objects", self.path, self._line)
        self._now = ManagedObject(kind, dn, attributes.get("operation", "").lower(), self._line)
        self.objects.append(self._now)

    def _characters(self, text: str) -> None:
        if self._text is None:
            return
        self._length += len(text)
        if self._length > LONGEST_VALUE:
            raise InputError(
                f"{printable(self._name)} is longer than {LONGEST_VALUE} characters", self.path, self._line
            )
        self._text.append(text)

    def _end(self, _tag: str) -> None:
        element = self._stack.pop()
        if element == "managedObject":
            self._now = None
        elif element == "list":
            self._list = ""
        elif element == "p" and self._now is not None and self._text is not None:
            value = "".join(self._text).strip()
            if self._list:
                key = f"{self._list}.{self._name}" if self._name else self._list
                self._now.lists[key] = [*self._now.lists.get(key, ()), value]
            elif self._name:
                self._now.values[self._name] = value
            self._text = None


def merged(objects: Iterable[ManagedObject]) -> dict[str, ManagedObject]:
    """Objects by name after all operations in their order: an update keeps what it does not name.

    A deleted object takes with it what belongs to it.
    """
    found: dict[str, ManagedObject] = {}
    below: dict[str, set[str]] = {}
    for one in objects:
        if one.operation == "delete":
            for dn in below.get(one.dn, {one.dn}):
                found.pop(dn, None)
        elif one.dn in found and one.operation != "create":
            before = found[one.dn]
            values, lists = Named(before.values | one.values), Named(before.lists | one.lists)
            found[one.dn] = ManagedObject(one.kind, one.dn, one.operation, one.line, values, lists)
        else:
            found[one.dn] = one
            for k, letter in enumerate(f"{one.dn}/"):
                if letter == "/":
                    below.setdefault(one.dn[:k], set()).add(one.dn)
    return found
