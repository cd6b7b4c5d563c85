"""Lines that were sent in, text fit to be shown out: what a switch prints may repeat a secret it was sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pydantic import SecretStr

from portseal.core.secrets import Redactor
from portseal.transport.session import ConfigureLine

_MARK = re.compile(r"\{\{secret:[^{}]*\}\}")


def fit_to_show(text: str, lines: Iterable[ConfigureLine]) -> str:
    """`text` with every line that holds a secret replaced by its shown form, and every secret by itself taken out."""
    hiding = [line for line in lines if line.text != line.shown]
    for line in sorted(hiding, key=lambda line: len(line.text), reverse=True):
        text = text.replace(line.text.strip(), line.shown.strip())
    return Redactor(secret for line in hiding for secret in secrets_of(line)).clean(text)


def secrets_of(line: ConfigureLine) -> Iterator[SecretStr]:
    """What stands in `line.text` where `line.shown` has references; where they do not fit, all in which they differ.

    >>> line = ConfigureLine(text=" key s3cret", shown=" key {{secret:radius/nac-1}}")
    >>> [secret.get_secret_value() for secret in secrets_of(line)]
    ['s3cret']
    """
    if line.text == line.shown:
        return
    literal = _MARK.split(line.shown)
    if len(literal) > 1 and (fits := re.fullmatch("(.+?)".join(map(re.escape, literal)), line.text, re.DOTALL)):
        found = set(fits.groups())
    else:
        before = _alike(line.text, line.shown)
        after = _alike(line.text[before:][::-1], line.shown[before:][::-1])
        found = {line.text[before : len(line.text) - after], *(set(line.text.split()) - set(line.shown.split()))}
    for secret in found - {""}:
        yield SecretStr(secret)
        if encoded := re.fullmatch(r"\d+ (\S+)", secret):  # sent with the number of its encoding before it
            yield SecretStr(encoded[1])
        if "'\"'\"'" in secret:  # as the shell that was given it quoted would print it
            yield SecretStr(secret.replace("'\"'\"'", "'"))


def _alike(one: str, other: str) -> int:
    """How many characters both begin with."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
