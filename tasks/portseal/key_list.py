"""The keys of a site in, one row a key out: fingerprint, age, when it is due, where it is used. Never a key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import SecretStr

from portseal.core.errors import SecretError
from portseal.core.inventory import LinkKey
from portseal.core.key_material import cak_mistake, ckn_mistake
from portseal.core.model import Value
from portseal.core.secrets import fingerprint
from portseal.key_book import KeyBook
from portseal.keys import due

Use = Literal["current", "second", "unused", "retired", "missing"]


class KeyRow(Value):
    """One key, or a camera that lacks one."""

    camera: str
    switch: str = ""
    port: str = ""
    use: Use
    """`current`; `second`: beside it on the port, in a rotation; `unused`: its camera needs none; `retired`; `missing`:
    the camera's profile wants a key and keys.toml has none."""
    ckn: str = ""
    fingerprint: str = ""
    bits: int = 0
    created: date | None = None
    age_days: int | None = None
    due: date | None = None
    """When it should be replaced."""
    overdue: bool = False
    live: str = ""
    """What the switch shows of it: `in use`, `not in use`; empty where nobody asked it."""
    problem: str = ""

    @property
    def good(self) -> bool:
        """Whether nothing has to be done about it."""
        return not self.problem and not self.overdue and self.use in ("current", "second", "retired")


def key_rows(
    book: KeyBook, key: SecretStr, today: date, live: Mapping[str, str | None] | None = None
) -> tuple[KeyRow, ...]:
    """The keys of a site, in the order of cameras.csv, those of cameras that have left after them.

    `key` is that of the site's fingerprints; `live` has, by camera, the CKN that its switch says is in use.
    """
    left = [name for name in book.keys if name not in book.cameras]
    rows: list[KeyRow] = []
    for camera in (*book.cameras, *left):
        link = book.keys.get(camera)
        if link is not None:
            rows.extend(_of_link(book, camera, link, key, today=today, live=live))
        elif book.wants_key(camera):
            told = f"no key; `portseal keys generate {camera}`"
            rows.append(KeyRow(camera=camera, **_place(book, camera), use="missing", problem=told))
    return tuple(rows)


def _of_link(
    book: KeyBook, camera: str, link: LinkKey, key: SecretStr, *, today: date, live: Mapping[str, str | None] | None
) -> list[KeyRow]:
    use: Use = "current" if book.wants_key(camera) else "unused"
    rows = [_row(book, camera, link, use, key=key, today=today, live=live)]
    if link.fallback:
        rows.append(_row(book, camera, link.fallback, "second", key=key, today=today, live=live))
    rows.extend(
        KeyRow(camera=camera, **_place(book, camera), use="retired", ckn=old.ckn, fingerprint=old.fingerprint)
        for old in link.retired
    )
    return rows


def _row(
    book: KeyBook,
    camera: str,
    one: LinkKey,
    use: Use,
    *,
    key: SecretStr,
    today: date,
    live: Mapping[str, str | None] | None,
) -> KeyRow:
    rules, problem, shown = book.rules(camera), "", ""
    try:
        cak = book.resolve(one.cak)
        shown = fingerprint(cak, key, hex=True)
        problem = ckn_mistake(one.ckn, rules) or cak_mistake(cak, rules, ckn=one.ckn) or ""
    except SecretError as error:
        problem = str(error)
    if use == "unused":
        problem = "its camera needs none; `portseal keys expire` retires it"
    when = due(one, book.settings.keys.rotate_days)
    return KeyRow(
        camera=camera,
        **_place(book, camera),
        use=use,
        ckn=one.ckn,
        fingerprint=shown,
        bits=one.size,
        created=one.created,
        age_days=(today - one.created).days if one.created else None,
        due=when,
        overdue=when is not None and today >= when,
        live="" if live is None else "in use" if live.get(camera) == one.ckn else "not in use",
        problem=problem,
    )


def _place(book: KeyBook, camera: str) -> dict[str, str]:
    known = book.cameras.get(camera)
    return {"switch": known.switch, "port": known.port} if known else {}
