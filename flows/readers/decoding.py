"""Bytes to text: byte-order marks, UTF-8, what the file itself declares, and last what its bytes look like."""

import codecs

from charset_normalizer import CharsetMatch, from_bytes

from flows.readers.errors import Notes, ReadError

LARGEST_DOCUMENT = 20 * 2**20  # bytes of one document: three million words; anything longer is data under a wrong name

_MARKS = {  # UTF-32 first: its little-endian mark begins like that of UTF-16
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_NO_CHARSETS = {  # codecs of Python's own, and UTF-7, which browsers refuse since it can hide markup
    "undefined", "unicode-escape", "raw-unicode-escape", "charmap", "idna", "punycode", "mbcs", "oem", "utf-7",
}  # fmt: skip
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252"}  # as browsers read them (WHATWG, Encoding)
_SHORTEST_WIDE = 16  # bytes that show which half of each pair is NUL
_LONGEST_GUESS = 2**18  # bytes that an encoding is guessed from
_MOST_MESS = 0.1  # of a guess that is trusted; charset-normalizer itself goes up to 0.2
_AS_GOOD = 0.02  # of coherence; the tables of Western and Central Europe differ in so few letters of a text
_WESTERN = "cp1252"  # what the web takes unmarked Latin text for (WHATWG Encoding Standard)
_IN_USE = [  # encodings that news is found in, so that a short text is not taken for one of a mainframe
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r",
    "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr",
]  # fmt: skip


def decode(data: bytes, declared: str | None = None) -> tuple[str, str | None]:
    """The text of `data`, without a byte-order mark, and the encoding where it is not Unicode and had to be found.

    `declared` is what the file says of itself. Raises ReadError ("binary", "encoding").
    """
    if encoding := wide_encoding(data[:4096]):
        try:
            return data.decode(encoding).removeprefix("\ufeff"), None
        except UnicodeDecodeError as error:
            raise ReadError("encoding", f"looks like {encoding} and is not valid; save it as UTF-8") from error
    if b"\0" in data:
        raise ReadError("binary", "holds NUL bytes, so it is no text; check what it is")
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        pass
    encoding = charset(declared)
    if encoding and not encoding.startswith(("utf-16", "utf-32")):  # these would have shown themselves above
        try:
            return data.decode(encoding), encoding
        except (LookupError, UnicodeError):
            pass
    return _guessed(data)


def charset(label: str | None) -> str | None:
    """Python's name of the charset that a file or a header declares; None where it declares none that texts have."""
    try:
        name = codecs.lookup(label or "").name
    except (LookupError, ValueError):  # ValueError: characters that no name has
        return None
    return None if name in _NO_CHARSETS else _MEANT.get(name, name)


def decode_line(line: bytes | None, number: int, notes: Notes) -> str:
    """The text of line `number` of a file, None being one that is too long; with a note where it is not Unicode.

    Raises ReadError ("too_large" and those of `decode`).
    """
    if line is None:
        raise ReadError("too_large", f"a line of more than {LARGEST_DOCUMENT // 2**20} MB; cut it up", number)
    text, encoding = decode(line)
    if encoding:
        notes.say("encoding", f"not UTF-8; read as {encoding}", number)
    return text


def wide_encoding(head: bytes) -> str | None:
    """UTF-16 or UTF-32 where a byte-order mark says so, or UTF-16 where every other byte is NUL as in Latin text."""
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    if b"\0" not in head or len(head) < _SHORTEST_WIDE:
        return None
    pairs = len(head) // 2
    even, odd = head[0::2].count(0) / pairs, head[1::2].count(0) / pairs
    if odd > 0.5 and even < 0.1:
        return "utf-16-le"
    if even > 0.5 and odd < 0.1:
        return "utf-16-be"
    return None


def _guessed(data: bytes) -> tuple[str, str]:
    matches = from_bytes(data[:_LONGEST_GUESS], cp_isolation=_IN_USE)
    best = matches.best()
    if best is None or best.chaos > _MOST_MESS:
        raise ReadError("encoding", "not UTF-8, and its encoding cannot be told; save it as UTF-8")
    encoding = _WESTERN if any(_is_as_good_western(match, best) for match in matches) else best.encoding
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError as error:
        raise ReadError("encoding", f"not UTF-8, looks like {encoding} and is not valid; save it as UTF-8") from error


def _is_as_good_western(match: CharsetMatch, best: CharsetMatch) -> bool:
    return (
        _WESTERN in match.could_be_from_charset
        and match.chaos <= best.chaos
        and match.coherence >= best.coherence - _AS_GOOD
    )
