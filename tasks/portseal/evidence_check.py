"""A bundle of evidence in, what is wrong with it out: changed, missing and added files, whose signature it has, what is missing before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import file_digest
from itertools import groupby
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from portseal.core.bundle import BUNDLE, RECORDS, SIGNATURE, SUMMARY, Bundle, FileDigest, Summary, broken_chain, gaps
from portseal.core.errors import InputError
from portseal.core.model import Value
from portseal.core.one_by_one import Flat, OneByOne
from portseal.core.reasons import Outcome
from portseal.core.record import PortRecord
from portseal.evidence_store import KIND, bundles_in, read_bundle
from portseal.signatures import Signature, is_genuine, signature_of
from portseal.spool import Spool

ANYBODY = "*"
"""In a table of known keys: the key that counts whatever name stands under the signature."""


@dataclass(frozen=True)
class Checked:
    """What was found of one bundle."""

    path: Path
    digest: str = ""
    """Of bundle.json."""
    bundle: Bundle | None = None
    """None where it could not be read."""
    signer: str = ""
    """Name under the signature, whether it is right or not."""
    wrong: tuple[str, ...] = ()
    """Why it does not hold."""
    unsigned: tuple[str, ...] = ()
    """Why nobody answers for it, though its files are as it says."""

    @property
    def holds(self) -> bool:
        """Whether it is whole and signed by somebody who is known."""
        return not self.wrong and not self.unsigned


def check_bundle(path: Path, known: Mapping[str, str]) -> Checked:
    """What there is to say of one bundle; `known`: name → public key of those whose signature counts.

    Raises:
        InputError: this account may not read it, so that nothing can be said.
    """
    try:
        return _checked(path, known)
    except OSError as error:
        raise InputError(f"{error.filename or path}: {error.strerror}; nothing can be said of this evidence") from error


def _checked(path: Path, known: Mapping[str, str]) -> Checked:
    if not (path / BUNDLE).is_file():
        return Checked(path, wrong=(f"missing: {BUNDLE}, without which nothing can be said of the rest",))
    try:
        digest, bundle = read_bundle(path)
    except InputError as error:
        if isinstance(error.__cause__, OSError):
            raise
        return Checked(path, wrong=(f"changed: {BUNDLE} is no description of a bundle any more",))
    signer, doubts, forged = _signature(path, digest, known)
    return Checked(path, digest, bundle, signer, (*forged, *_files(path, bundle)), doubts)


def _files(path: Path, bundle: Bundle) -> list[str]:
    there = {each.name: each for each in path.iterdir()}
    wrong = []
    for name, told in bundle.files.items():
        file = there.get(name)
        if file is None:
            wrong.append(f"missing: {name}")
        elif file.is_symlink() or not file.is_file():
            wrong.append(f"changed: {name} is no file")
        elif digest_of_file(file) != told:
            wrong.append(f"changed: {name}")
    return wrong + [f"added: {name}" for name in sorted(there) if name not in {*bundle.files, BUNDLE, SIGNATURE}]


def digest_of_file(path: Path) -> FileDigest:
    """What a bundle says of a file, which is not read as a whole."""
    with path.open("rb") as file:
        return FileDigest(sha256=file_digest(file, "sha256").hexdigest(), size=file.tell())


def _signature(path: Path, digest: str, known: Mapping[str, str]) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """(name under it, why nobody known answers for it, why it is wrong)."""
    try:
        made: Signature = signature_of((path / SIGNATURE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return "", ("not signed",), ()
    except ValueError:
        return "", (), (f"changed: {SIGNATURE} is no signature",)
    public = known.get(made.name) or known.get(ANYBODY)
    if made.digest != digest:
        return made.name, (), (f"changed: {BUNDLE} is not what {made.name} signed",)
    if public is None:
        return made.name, (f"unknown key: it says that {made.name} signed it, whose key is not known here",), ()
    if not is_genuine(KIND, made, public):
        return made.name, (), (f"unknown key: the signature is not of the key that is known of {made.name}",)
    return made.name, (), ()


def check_archive(
    path: Path,
    known: Mapping[str, str],
    *,
    first: str = "",
    every: timedelta | None = None,
    now: datetime | None = None,
) -> tuple[Checked, ...]:
    """Every bundle of an archive, each also with what is missing before it; of one bundle only, where `path` is one.

    With `every` and `now`, also after which none was made for longer than that.

    Raises:
        InputError: there is no bundle; or none of the name `first`, with which the archive is said to begin.
    """
    if (path / BUNDLE).is_file() or not bundles_in(path):
        if not path.is_dir() or not any(path.iterdir()):
            raise InputError(f"{path}: no evidence here; `portseal verify --evidence DIR` writes some")
        return (check_bundle(path, known),)
    there = bundles_in(path)
    names = [each.name for each in there]
    if first and first not in names:
        raise InputError(f"{path}: no bundle {first}, with which it is said to begin")
    found = [check_bundle(each, known) for each in there[names.index(first) if first else 0 :]]
    broken = broken_chain([(each.path.name, each.digest, each.bundle) for each in found if each.bundle], first=first)
    known_times = [(each.path.name, each.bundle) for each in found if each.bundle]
    late = gaps(known_times, every, now) if every and now else {}
    return tuple(_with(each, broken.get(each.path.name), late.get(each.path.name)) for each in found)


def _with(checked: Checked, *more: str | None) -> Checked:
    return replace(checked, wrong=(*checked.wrong, *(why for why in more if why)))


def trusted(path: Path, known: Mapping[str, str], *, unsigned: bool = False) -> Checked:
    """A bundle that may be relied on; with `unsigned`, one also that is whole and that nobody known has signed.

    Raises:
        InputError: it does not hold; the message has all that is wrong.
    """
    checked = check_bundle(path, known)
    if checked.wrong:
        raise InputError(
            f"{path}: this evidence does not hold ({'; '.join(checked.wrong)}); nothing is concluded from it"
        )
    if checked.unsigned and not unsigned:
        raise InputError(f"{path}: {'; '.join(checked.unsigned)}; --key gives a key, --unsigned takes it as it is")
    return checked


def contents(checked: Checked) -> tuple[Flat[PortRecord], Summary]:
    """The records and the summary of a bundle that was found to be whole.

    Raises:
        InputError: they are of another version, or cannot be read.
    """
    spool = Spool(TypeAdapter(tuple[PortRecord, ...]))
    try:
        with (checked.path / RECORDS).open(encoding="utf-8") as lines:
            records = map(PortRecord.model_validate_json, lines)
            for switch, group in groupby(records, lambda record: record.switch):
                spool[switch] = (*spool.get(switch, ()), *group)
        summary = Summary.model_validate_json((checked.path / SUMMARY).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise InputError(f"{checked.path}: its records are not of a version that this portseal reads") from error
    return Flat(OneByOne(tuple(spool), spool.__getitem__)), summary


class Listed(Value):
    """One bundle of a list; nothing of it was checked."""

    bundle: str
    number: int | None = None
    """None where its description cannot be read."""
    made: datetime | None = None
    by: str = ""
    limit: str = ""
    outcomes: dict[Outcome, int] = {}
    signed_as: str = ""
    digest: str = ""
    """Of its bundle.json: who has the last one of an archive noted elsewhere sees whether its end was cut off."""


def overview(bundles: Sequence[Path]) -> tuple[Listed, ...]:
    """What there is to say of bundles without checking them."""
    return tuple(map(_listed, bundles))


def _listed(path: Path) -> Listed:
    try:
        digest, bundle = read_bundle(path)
    except InputError:
        return Listed(bundle=path.name)
    try:
        outcomes = dict(Summary.model_validate_json((path / SUMMARY).read_bytes()).outcomes)
    except (OSError, ValidationError):
        outcomes = {}
    try:
        signed_as = signature_of((path / SIGNATURE).read_text(encoding="utf-8")).name
    except (OSError, ValueError):
        signed_as = ""
    return Listed(
        bundle=path.name,
        number=bundle.number,
        made=bundle.made,
        by=bundle.by,
        limit=bundle.limit,
        outcomes=outcomes,
        signed_as=signed_as,
        digest=digest,
    )


def last_of(path: Path) -> Path:
    """The bundle that `path` is, or the last one of the archive that it is.

    Raises:
        InputError: there is none.
    """
    if (path / BUNDLE).is_file():
        return path
    there: Sequence[Path] = bundles_in(path)
    if not there:
        raise InputError(f"{path}: no evidence here; `portseal verify --evidence {path}` writes some")
    return there[-1]
