"""The switches that are to be worked on in, what that takes of a machine out; and there, what of it the machine does not have.

What a site names and does not hold: secrets, SSH keys, certificates elsewhere, the key of fingerprints.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from nornir.core.inventory import Host
from pydantic import ValidationError

from portseal.core.errors import SecretError
from portseal.core.model import Value
from portseal.core.switches import Login
from portseal.estate import Estate

_MOST = 32
"""Of references that are tried: those that most switches need."""


class Need(Value):
    """One thing that a machine must have."""

    kind: str
    """`secret` or `key file`."""
    name: str
    switches: int
    """How many need it."""


class Needs(Value):
    """All that work on some switches takes."""

    switches: int
    needs: tuple[Need, ...]


def needs_of(estate: Estate) -> Needs:
    """What it takes to work on the estate's switches."""
    hosts = estate.nornir.inventory.hosts.values()
    secrets: Counter[str] = Counter()
    files: Counter[str] = Counter()
    for host in hosts:
        of_host, key_file = _of(host, estate)
        secrets.update(of_host)
        files.update([key_file] if key_file else [])
    found = [Need(kind="secret", name=ref, switches=count) for ref, count in secrets.most_common(_MOST)]
    found += [Need(kind="key file", name=name, switches=count) for name, count in files.items()]
    return Needs(switches=len(hosts), needs=tuple(found))


def _of(host: Host, estate: Estate) -> tuple[set[str], str | None]:
    radius = estate.intent(host.name).radius
    refs = {server.key for server in radius.servers} if radius else set()
    try:
        login = Login.model_validate(host.get("login") or {})
    except ValidationError:  # told where it is logged in
        return refs, None
    return refs | {ref for ref in (login.password, login.enable) if ref}, login.key_file


def lacking(estate: Estate, needs: Needs) -> tuple[str, ...]:
    """All that this machine does not have of it, where so much is missing that no switch can be worked on; empty otherwise."""
    told: list[str] = []
    nobody = False
    for need in needs.needs:
        if why := _missing(estate, need):
            of_all = need.switches == needs.switches
            told.append(why if of_all else f"{why} (needed for {need.switches} of {needs.switches} switches)")
            nobody = nobody or of_all
    if why := _no_fingerprints(estate):
        told.append(why)
        nobody = True
    return tuple(told) if nobody else ()


def _missing(estate: Estate, need: Need) -> str:
    if need.kind == "secret":
        try:
            estate.secret(need.name)
        except SecretError as error:
            text = str(error)
            return text if need.name in text else f"secret {need.name}: {text}"
        return ""
    file = Path(need.name).expanduser()
    return "" if os.access(file, os.R_OK) else f"key file {file}: not there, or not to be read by this user"


def _no_fingerprints(estate: Estate) -> str:
    ref = estate.site.settings.secrets.fingerprint_key
    if not ref:
        there = (estate.memory.folder / "fingerprint.key").exists()
        return "" if there else "no key for fingerprints; name one in portseal.toml: secrets.fingerprint_key"
    return _missing(estate, Need(kind="secret", name=ref, switches=0))
