"""References in, secrets out, and never the other way round.

Rendered configuration, plans and journals hold references (`{{secret:cak/cam-017}}`); diffs hold keyed fingerprints
(`‹hmac:3f9a1b2c4d›`); whatever a person or a file may see goes through a `Redactor` first. `reveal` is the one function that
puts a secret into a line of configuration, and only the push calls it.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote, quote_plus

from pydantic import SecretStr

from portseal.core.encodings import Sendable, encode
from portseal.core.errors import PortsealError, SecretError

Resolve = Callable[[str], SecretStr]
"""A reference in, its secret out; raises `SecretError` where no source has it."""

REDACTED = "‹secret›"
"""What stands where a secret stood."""

_REFERENCE = re.compile(r"[a-z0-9][a-z0-9._/-]*")
_MARK = re.compile(r"\{\{secret:(.*?)(?:\|(plain|type7))?(\}\}|$)", re.MULTILINE)
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]+")
_DIGITS = 10


def reference(ref: str, encoding: Sendable = "plain") -> str:
    """The mark that stands for the secret `ref` in a line, to be sent in an encoding.

    >>> reference("cak/cam-017"), reference("cak/cam-017", "type7")
    ('{{secret:cak/cam-017}}', '{{secret:cak/cam-017|type7}}')

    Raises:
        SecretError: `ref` is no reference.
    """
    return f"{{{{secret:{_checked(ref)}{'' if encoding == 'plain' else f'|{encoding}'}}}}}"


def references(text: str) -> tuple[str, ...]:
    """The references in `text`, each once, in the order of their first mark.

    >>> references("key {{secret:radius/nac-1}} and {{secret:radius/nac-2}}")
    ('radius/nac-1', 'radius/nac-2')

    Raises:
        SecretError: a mark is malformed; left alone it would reach the switch as it stands.
    """
    return tuple(dict.fromkeys(_of_mark(mark) for mark in _MARK.finditer(text)))


def reveal(text: str, resolve: Resolve) -> str:
    """`text` with every reference replaced by its secret. The result is for the switch and for nobody else.

    A secret that looks like a reference is not resolved again.

    Raises:
        SecretError: a mark is malformed, a reference cannot be resolved, or a secret is empty or holds a control character
            (a line break would become a line of configuration).
    """
    return _MARK.sub(lambda mark: _typable(ref := _of_mark(mark), resolve(ref), _encoding(mark)), text)


def fingerprint(secret: SecretStr, key: SecretStr, *, hex: bool = False) -> str:
    """Forty bits of a keyed HMAC-SHA-256 of `secret`: the same for the same secret, and no help to whoever has not the key.

    With `hex`, the secret is a number in hexadecimal digits and its case does not matter.

    >>> fingerprint(SecretStr("A1B2"), SecretStr("k"), hex=True) == fingerprint(SecretStr("a1b2"), SecretStr("k"), hex=True)
    True

    Raises:
        SecretError: `key` is empty, so that anybody could try secrets against the fingerprint.
    """
    if not key.get_secret_value():
        raise SecretError("the key for fingerprints is empty; give one, or short secrets could be guessed from a diff")
    value = secret.get_secret_value()
    digest = hmac.new(key.get_secret_value().encode(), (value.lower() if hex else value).encode(), hashlib.sha256)
    return f"‹hmac:{digest.hexdigest()[:_DIGITS]}›"


class Redactor:
    """Takes known secrets out of text, in the spellings in which text is likely to have them.

    As it stands, hexadecimal in either case, and escaped as in JSON, Python, a URL, XML or a shell.
    """

    __slots__ = ("_spellings",)

    def __init__(self, values: Iterable[SecretStr]) -> None:
        found = {spelt for value in values for spelt in _spellings(value.get_secret_value())}
        self._spellings = tuple(sorted(found, key=len, reverse=True))

    def __repr__(self) -> str:
        return f"Redactor({len(self._spellings)} spellings)"

    def clean(self, text: str) -> str:
        """`text` with `‹secret›` in place of every secret; where secrets overlap, one mark covers them."""
        spans = sorted(span for spelt in self._spellings for span in _occurrences(spelt, text))
        pieces: list[str] = []
        shown = 0  # everything before this position is either in `pieces` or was a secret
        for start, end in spans:
            if start >= shown:
                pieces += (text[shown:start], REDACTED)
            shown = max(shown, end)
        return "".join([*pieces, text[shown:]])


def redact_exception(error: BaseException, redactor: Redactor) -> BaseException:
    """`error` without secrets: its arguments, attributes, notes, and those of its causes, contexts and members.

    The same object where it could be cleaned in place. One that still shows a secret (some libraries' exceptions build
    their message elsewhere) is replaced by a `PortsealError` with the cleaned message and the same traceback.
    """
    return _clean_exception(error, redactor, {})


def _clean_exception(error: BaseException, redactor: Redactor, done: dict[int, BaseException]) -> BaseException:
    """`error` or its replacement; `done` has those that were met before, by identity, because a chain can be a ring."""
    if id(error) in done:
        return done[id(error)]
    done[id(error)] = error
    members = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    cleaned = [_clean_exception(member, redactor, done) for member in members]
    _clean_in_place(error, redactor)
    shows = f"{error}\n{error!r}"
    kept = error
    if redactor.clean(shows) != shows or any(new is not old for new, old in zip(cleaned, members, strict=True)):
        kept = done[id(error)] = _replacement(error, redactor, cleaned)
    cause, context, silent = error.__cause__, error.__context__, error.__suppress_context__
    kept.__cause__ = _clean_exception(cause, redactor, done) if cause else None
    kept.__context__ = _clean_exception(context, redactor, done) if context else None
    kept.__suppress_context__ = silent
    return kept


def _clean_in_place(error: BaseException, redactor: Redactor) -> None:
    error.args = tuple(_cleaned(argument, redactor) for argument in error.args)
    names = list(vars(error))
    if isinstance(error, OSError):  # whose message is made of these, not of its arguments
        names += [name for name in ("strerror", "filename", "filename2") if getattr(error, name) is not None]
    for name in names:
        value = getattr(error, name)
        cleaned = _cleaned(value, redactor)
        if cleaned is not value:
            setattr(error, name, cleaned)


def _replacement(error: BaseException, redactor: Redactor, members: list[BaseException]) -> BaseException:
    """What stands for an exception that cannot be cleaned in place."""
    told = error.message if isinstance(error, BaseExceptionGroup) else str(error)
    message = redactor.clean(f"{type(error).__name__}: {told}")
    new = BaseExceptionGroup(message, members) if members else PortsealError(message)
    return new.with_traceback(error.__traceback__)


def _cleaned(value: object, redactor: Redactor) -> object:
    """`value`, the same object where nothing had to be taken out of it."""
    if isinstance(value, str):
        text = redactor.clean(value)
        return value if text == value else text
    if isinstance(value, bytes):
        raw = value.decode("utf-8", "surrogateescape")
        text = redactor.clean(raw)
        return value if text == raw else text.encode("utf-8", "surrogateescape")
    if type(value) in (list, tuple, set, frozenset) and isinstance(value, list | tuple | set | frozenset):
        parts = [_cleaned(part, redactor) for part in value]
        return value if all(new is old for new, old in zip(parts, value, strict=True)) else type(value)(parts)
    if type(value) is dict:
        pairs = {_cleaned(key, redactor): _cleaned(held, redactor) for key, held in value.items()}
        return value if pairs == value else pairs
    return value


def _spellings(value: str) -> Iterator[str]:
    """The ways in which text may spell `value`; none for an empty one."""
    if not value:
        return
    cases = (value, value.lower(), value.upper()) if _HEXADECIMAL.fullmatch(value) else (value,)
    for spelt in cases:
        yield spelt
        yield json.dumps(spelt)[1:-1]
        yield json.dumps(spelt, ensure_ascii=False)[1:-1]
        yield repr(spelt)[1:-1]
        yield from (quote(spelt, safe=""), quote(spelt), quote_plus(spelt))
        yield from (html.escape(spelt), html.escape(spelt, quote=False))
        yield spelt.replace("'", "'\"'\"'")


def _occurrences(spelt: str, text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every occurrence, those that overlap included."""
    at = text.find(spelt)
    while at >= 0:
        yield at, at + len(spelt)
        at = text.find(spelt, at + 1)


def _checked(ref: str) -> str:
    if not _REFERENCE.fullmatch(ref):
        # Not shown: whoever writes a secret where its reference belongs would find it in a log.
        raise SecretError(
            f"a secret reference of {len(ref)} characters is malformed; write lower-case letters, digits and . _ / - "
            "as in 'radius/nac-1', and keep the secret itself in one of the site's sources"
        )
    return ref


def _of_mark(mark: re.Match[str]) -> str:
    if not mark[3]:
        raise SecretError("a secret reference begins with '{{secret:' and does not end with '}}' on its line")
    return _checked(mark[1])


def _encoding(mark: re.Match[str]) -> Sendable:
    return "type7" if mark[2] == "type7" else "plain"


def _typable(ref: str, secret: SecretStr, encoding: Sendable) -> str:
    value = secret.get_secret_value()
    if not value:
        raise SecretError(f"secret {ref} is empty; store its value")
    if any(ord(character) < 32 or 127 <= ord(character) < 160 for character in value):
        raise SecretError(f"secret {ref} holds a line break or another control character; store it without")
    return encode(encoding, secret)
