"""Looks at an estate in, a bundle of evidence out: records, reports and numbers, described, chained and signed."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path

from pydantic import SecretStr, TypeAdapter

from portseal.core.bundle import JUNIT, PORTS, RECORDS, SUMMARY, Bundle, Summary, summary_of
from portseal.core.drift import Change, drift
from portseal.core.errors import InputError
from portseal.core.one_by_one import Flat, OneByOne
from portseal.core.record import PortRecord
from portseal.core.record_text import CSV_HEADER, csv_rows, jsonl_lines
from portseal.core.report import junit_pieces
from portseal.core.secrets import fingerprint
from portseal.estate import Estate
from portseal.evidence_store import Signer, write_bundle
from portseal.looks import Looks, records_of
from portseal.signatures import load_key
from portseal.spool import Spool

_ASK = SecretStr("which key are fingerprints made with?")


@dataclass(frozen=True)
class Circumstances:
    """What a bundle tells besides what was seen."""

    now: datetime
    by: str
    """user@machine."""
    version: str
    """Of portseal."""
    limit: str = ""
    plan: str = ""
    """Digest of the plan that was carried out last."""
    run: str = ""
    """And the run that did."""


@dataclass(frozen=True)
class Evidence:
    """What an estate is found to be, ready to be written or compared."""

    records: Flat[PortRecord]
    summary: Summary
    fingerprints: str
    """Tells which key fingerprints were made with."""


def evidence_of(estate: Estate, looks: Looks) -> Evidence:
    """The evidence that looks at an estate give; no switch is read for it.

    Raises:
        InputError: the key of the site's fingerprints cannot be made.
    """
    spool = Spool(TypeAdapter(tuple[PortRecord, ...]), estate.memory.folder)
    try:
        for switch, found in zip(looks.switches.names, records_of(estate, looks).groups, strict=True):
            spool[switch] = tuple(found)
        known = fingerprint(_ASK, estate.fingerprint_key)
    except OSError as error:
        raise InputError(f"{error.filename}: {error.strerror}; the key of fingerprints cannot be kept there") from error
    records: Flat[PortRecord] = Flat(OneByOne(looks.switches.names, spool.__getitem__))
    asked = {
        name: estate.site.site.switches[name].platform for name in looks.switches.names if estate.intent(name).ports
    }
    summary = summary_of(records, asked, unread=looks.failures, configurations=looks.configurations)
    return Evidence(records=records, summary=summary, fingerprints=known)


def write_evidence(archive: Path, estate: Estate, found: Evidence, about: Circumstances, signer: Signer | None) -> Path:
    """Write what was found as the next bundle of an archive; gives its folder.

    Raises:
        InputError: it could not be written, and nothing was.
    """
    described = Bundle(
        site=estate.site.site.name,
        made=about.now.replace(microsecond=0),
        by=about.by,
        number=1,
        limit=about.limit,
        portseal=about.version,
        python=platform.python_version(),
        plan=about.plan,
        run=about.run,
        fingerprints=found.fingerprints,
        before=None,
        files={},
    )
    files = {
        RECORDS: jsonl_lines(found.records),
        JUNIT: chain(junit_pieces(found.records.each(lambda record: record.verdict)), ["\n"]),
        PORTS: chain([CSV_HEADER], csv_rows(found.records)),
        SUMMARY: [found.summary.model_dump_json(indent=1), "\n"],
    }
    return write_bundle(archive, described, {name: map(str.encode, text) for name, text in files.items()}, signer)


def signer_of(estate: Estate) -> Signer | None:
    """Who signs this site's evidence, as its settings say; None where they name nobody.

    Raises:
        InputError: the key is not there, or needs another passphrase, or is not the one that its public half is of.
    """
    settings = estate.site.settings.evidence
    if settings.name is None:
        return None
    path = estate.site.path / settings.key
    if not path.is_file():
        raise InputError(f"{path}: not there; `portseal evidence new-key {path}` makes a key to sign evidence with")
    secret = estate.secret(settings.passphrase).get_secret_value() if settings.passphrase else None
    return Signer(name=settings.name, key=load_key(path, secret))


def changes_since(
    bundle: Bundle, records: Flat[PortRecord], summary: Summary, today: Evidence, *, limited: bool
) -> tuple[Change, ...]:
    """What changed since a bundle was made, `records` and `summary` being what it holds.

    Where today's reading is `limited` to some switches, or that one was, others are not compared.
    """
    was, now = summary.switches, today.summary.switches
    covered = {*was, *now}
    covered &= {*now} if limited else covered
    covered &= {*was} if bundle.limit else covered
    return drift(
        records.only(covered),
        today.records.only(covered),
        was={name: switch for name, switch in was.items() if name in covered},
        now={name: switch for name, switch in now.items() if name in covered},
        comparable=bundle.fingerprints == today.fingerprints,
    )
