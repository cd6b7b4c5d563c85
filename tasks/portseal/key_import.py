"""A CSV file of existing keys in, stored keys out; one row that is refused refuses them all. No message shows a key."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date

from pydantic import SecretStr

from portseal.core.errors import SecretError, SiteError
from portseal.core.findings import LintCode, finding, nearest
from portseal.core.inventory import LinkKey
from portseal.core.key_material import CAK_DIGITS, cak_mistake, ckn_mistake, key_reference
from portseal.core.model import Finding
from portseal.core.secrets import fingerprint
from portseal.key_book import KeyBook, edit_keys


def take_in(book: KeyBook, text: str, file: str, key: SecretStr, today: date) -> tuple[str, ...]:
    """Store the keys of a CSV file (`camera,ckn,cak`); gives whose. All of them, or none where one is refused.

    `key` is that of the site's fingerprints.

    Raises:
        SiteError: rows are refused; has every finding, none of which shows a key.
    """
    rows, findings = _rows(text, file)
    known = _known_keys(book)
    retired = {old.fingerprint: camera for camera, link in book.keys.items() for old in link.retired}
    ckns = {ckn: f"{camera}'s" for ckn, (camera, _) in book.every().items()}
    ckns |= {old.ckn: f"a retired one of {camera}" for camera, link in book.keys.items() for old in link.retired}
    keys: dict[str, LinkKey] = {}
    caks: dict[str, SecretStr] = {}
    for line, camera, ckn, cak in rows:
        secret = SecretStr(cak.lower())
        if told := _refused(book, camera, ckn, secret, keys):
            findings.append(_finding(file, line, *told))
        elif ckn in ckns:
            findings.append(_finding(file, line, "ckn", f"the CKN is {ckns[ckn]} already; every link needs its own"))
        elif (other := known.get(cak.lower())) is not None:
            findings.append(_finding(file, line, "cak", f"the CAK is {other}'s already; every link needs its own"))
        elif (other := retired.get(fingerprint(secret, key, hex=True))) is not None:
            findings.append(_finding(file, line, "cak", f"the CAK was {other}'s and is retired; a key is used once"))
        else:
            size = CAK_DIGITS[len(cak)]
            ref = key_reference(camera, ckn)
            keys[camera] = LinkKey(ckn=ckn, cak=ref, size=256 if size == 256 else 128, created=today)
            caks[ref] = secret
            ckns[ckn], known[cak.lower()] = f"{camera}'s", camera
    if findings:
        raise SiteError(f"{file}: {len(findings)} rows are refused, nothing was imported", tuple(findings))
    if keys:
        book.store.put(caks)
        edit_keys(book.path, {name: (None, link) for name, link in keys.items()})
    return tuple(keys)


def _rows(text: str, file: str) -> tuple[list[tuple[int, str, str, str]], list[Finding]]:
    head = next(iter(text.splitlines()), "")
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")
    names = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
    if missing := [name for name in ("camera", "ckn", "cak") if name not in names]:
        return [], [_finding(file, 1, missing[0], f"the header lacks {', '.join(missing)}; it is camera,ckn,cak")]
    rows = []
    for row in reader:
        camera, ckn, cak = ((row[names[name]] or "").strip() for name in ("camera", "ckn", "cak"))
        rows.append((reader.line_num, camera, ckn.lower().removeprefix("0x"), cak.removeprefix("0x")))
    return rows, []


def _refused(
    book: KeyBook, camera: str, ckn: str, cak: SecretStr, taken: Mapping[str, LinkKey]
) -> tuple[str, str] | None:
    """Column and reason for which a row cannot be taken in."""
    if camera not in book.cameras:
        return "camera", f"no camera is called {camera!r}{nearest(camera, book.cameras)}"
    if camera in book.keys or camera in taken:
        return "camera", f"{camera} has a key already; `portseal keys rotate` replaces it on both ends"
    if not book.wants_key(camera):
        return "camera", f"the profile of {camera} has no static CAK, so a key would be of no use"
    rules = book.rules(camera)
    if told := ckn_mistake(ckn, rules):
        return "ckn", told
    told = cak_mistake(cak, rules, ckn=ckn, mac=book.cameras[camera].mac)
    return ("cak", told) if told else None


def _finding(file: str, line: int, column: str, message: str) -> Finding:
    return finding(LintCode.BAD_VALUE, message, file=file, row=line, column=column)


def _known_keys(book: KeyBook) -> dict[str, str]:
    """CAK, lower-case → camera, of those that can be had; what no source has cannot be compared."""
    found: dict[str, str] = {}
    for camera, key in book.every().values():
        try:
            found[book.resolve(key.cak).get_secret_value().lower()] = camera
        except SecretError:
            continue
    return found
