"""Keys made, retired and handed over: what `portseal keys` does, one function a verb. Only `bundle` gives keys away."""

from __future__ import annotations

import csv
import io
import secrets as entropy
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from pydantic import SecretStr

from portseal.core.cameras_text import with_stages
from portseal.core.errors import InputError
from portseal.core.findings import nearest
from portseal.core.inventory import Camera, LinkKey, RetiredKey, Stage
from portseal.core.key_material import cak_mistake, ckn_mistake, key_reference
from portseal.core.key_rules import Keys
from portseal.key_book import KeyBook, edit_keys, keys_now
from portseal.site_files import CAMERAS, KEYS
from portseal.transport.whole_file import locked, replace_file

_TRIES = 1000


def chosen_cameras(book: KeyBook, names: Sequence[str]) -> tuple[str, ...]:
    """`names`, each once.

    Raises:
        InputError: one is no camera of the site and has no key.
    """
    for name in names:
        if name not in book.cameras and name not in book.keys:
            raise InputError(f"no camera is called {name!r}{nearest(name, book.cameras)}")
    return tuple(dict.fromkeys(names))


def fresh_key(
    book: KeyBook, camera: str, today: date, *, bits: int | None = None, taken: Collection[str] = ()
) -> tuple[LinkKey, SecretStr]:
    """A new key for a camera's link, by chance, in the form its switch takes; nothing is stored.

    Raises:
        InputError: the platform's folder says nothing of keys, or not this size.
    """
    rules = book.rules(camera)
    if rules is None:
        known = book.cameras[camera]
        raise InputError(f"{camera}: the platform of {known.switch} says nothing of static keys; none is made for it")
    size = bits or _size(book, camera, rules)
    if size not in rules.cak_bits:
        raise InputError(
            f"{camera}: its switch takes a CAK of {' or '.join(map(str, rules.cak_bits))} bits, not {size}"
        )
    used = book.used_ckns() | set(taken)
    for _ in range(_TRIES):
        ckn = entropy.token_hex(rules.ckn_octets)
        if ckn not in used and not ckn_mistake(ckn, rules):
            key = LinkKey(ckn=ckn, cak=key_reference(camera, ckn), size=256 if size == 256 else 128, created=today)
            return key, fresh_cak(book, camera, key)
    raise InputError(
        f"{camera}: no CKN of {rules.ckn_octets} octets has the form {rules.ckn}; mend the platform's [keys]"
    )


def fresh_cak(book: KeyBook, camera: str, link: LinkKey) -> SecretStr:
    """A CAK by chance for a key whose name and size are settled."""
    while True:
        cak = SecretStr(entropy.token_hex(link.size // 8))
        if not cak_mistake(cak, None, ckn=link.ckn, mac=book.cameras[camera].mac):
            return cak


def _size(book: KeyBook, camera: str, rules: Keys) -> int:
    """256 bits where the profile's first cipher suite has keys that long, otherwise the shortest the platform takes."""
    first = book.profiles[book.cameras[camera].profile].macsec.ciphers[0]
    return 256 if first.endswith("256") and 256 in rules.cak_bits else min(rules.cak_bits)


def generate(book: KeyBook, names: Sequence[str], today: date, *, bits: int | None = None) -> tuple[str, ...]:
    """Make and store a key for each of `names`, or for every camera that lacks one; gives whom.

    Raises:
        InputError: a camera has a key, or its profile wants none.
    """
    wanted = names or [name for name in book.cameras if book.wants_key(name) and name not in book.keys]
    for name in wanted:
        if name in book.keys:
            raise InputError(f"{name} has a key; `portseal keys rotate {name}` replaces it on both ends")
        if not book.wants_key(name):
            raise InputError(f"{name}: its profile has no static CAK, so a key would be of no use")
    made: dict[str, LinkKey] = {}
    caks: dict[str, SecretStr] = {}
    for name in wanted:
        made[name], cak = fresh_key(book, name, today, bits=bits, taken=[key.ckn for key in made.values()])
        caks[made[name].cak] = cak
    if made:
        book.store.put(caks)
        edit_keys(book.path, {name: (None, key) for name, key in made.items()})
    return tuple(made)


def retire(
    book: KeyBook, camera: str, left: LinkKey | None, *, gone: Iterable[LinkKey], key: SecretStr, today: date
) -> None:
    """Have keys.toml say `left` of the camera and remember `gone` as retired, then forget their CAKs.

    Where nothing is left, the camera's table goes as well, and with it the memory of its keys.

    Raises:
        SecretError: the place for keys cannot be written; keys.toml does not name the keys any more.
    """
    gone = tuple(gone)
    if left is not None:
        known = {old.ckn for old in left.retired}
        new = tuple(
            RetiredKey(ckn=old.ckn, fingerprint=book.fingerprint(old, key), retired=today)
            for old in gone
            if old.ckn not in known
        )
        left = left.model_copy(update={"retired": (*left.retired, *new)})
    edit_keys(book.path, {camera: (book.keys.get(camera), left)})
    book.store.drop([old.cak for old in gone])


def expire(book: KeyBook, names: Sequence[str], key: SecretStr, today: date) -> tuple[str, ...]:
    """Retire the keys of `names`, or of every camera that has none to have any more; gives whose.

    Raises:
        InputError: a camera's profile still wants its key: its port would go dark.
    """
    wanted = names or [name for name in book.keys if not book.wants_key(name)]
    for name in wanted:
        if name not in book.keys:
            raise InputError(f"{name} has no key")
        if book.wants_key(name):
            message = (
                f"{name} is secured with its key; `portseal keys rotate {name}` replaces it, or change its profile and"
            )
            raise InputError(f"{message} apply that first, so that the switch lets go before the key does")
    for name in wanted:
        link = book.keys[name]
        retire(book, name, None, gone=[one for one in (link, link.fallback) if one], key=key, today=today)
    return tuple(wanted)


def replace_key(path: Path, camera: str, key: LinkKey, *, among: Collection[LinkKey]) -> None:
    """Have keys.toml of the site at `path` say `key` of the camera, where it says one of `among` now.

    Raises:
        InputError: it says something else: somebody has changed it.
    """
    now = keys_now(path).get(camera)
    if now is None or now.ckn not in {each.ckn for each in among}:
        raise InputError(
            f"{path / KEYS}: the key of {camera} was changed by somebody else; put it back, or give the rotation up"
        )
    if now != key:
        edit_keys(path, {camera: (now, key)})


def set_stage(path: Path, stages: Mapping[str, Stage]) -> None:
    """Set the stage of cameras in cameras.csv of the site at `path`; every other line stays.

    Raises:
        InputError: a camera has no row, or the file could not be written.
    """
    file = path / CAMERAS
    with locked(path / ".portseal" / "cameras.lock"):
        text = file.read_bytes().decode("utf-8")
        try:
            replace_file(file, with_stages(text, stages).encode("utf-8"), mode=file.stat().st_mode & 0o777)
        except OSError as error:
            raise InputError(f"{file}: cannot be written: {error.strerror}") from error


def due(link: LinkKey, days: int) -> date | None:
    """The day on which a key should be replaced; None where nobody wrote down when it was made."""
    return link.created + timedelta(days=days) if link.created else None


BUNDLE = ("camera", "ip", "model", "location", "switch", "port", "key", "ckn", "cak", "bits")
"""Columns of what an installer gets; `key` is `now` or, while a rotation waits for the installer, `next`."""


def bundle(book: KeyBook, names: Sequence[str]) -> SecretStr:
    """What an installer has to type at each camera, as CSV. The one thing that holds keys in clear: encrypt it at once.

    Raises:
        SecretError: a key cannot be had.
        InputError: none of the cameras has a key.
    """
    wanted = names or [name for name in book.keys if book.wants_key(name)]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(BUNDLE)
    for name in wanted:
        camera, link = book.cameras.get(name), book.keys.get(name)
        if camera is None or link is None:
            raise InputError(f"{name}: has no key to export; `portseal keys generate {name}` makes one")
        for word, one in (("now", link), ("next", link.fallback)):
            if one is not None:
                writer.writerow([*_place(camera), word, one.ckn, book.resolve(one.cak).get_secret_value(), one.size])
    if not wanted:
        raise InputError(f"{book.path}: no camera has a static key")
    return SecretStr(text.getvalue())


def _place(camera: Camera) -> tuple[str, ...]:
    return camera.name, camera.ip or "", camera.model or "", camera.location or "", camera.switch, camera.port
