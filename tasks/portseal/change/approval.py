"""A plan and the signatures under it: who has approved exactly this plan, by an Ed25519 key that the site knows by name.

Signatures stand beside the plan, in `PLAN.sig`, one JSON object a line. What is signed is the plan's digest, the signer's name
and the time, so that a signature fits no other plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portseal.core.errors import InputError
from portseal.core.model import Value
from portseal.signatures import Signature, is_genuine, signature_of, signed

_PLAN = "plan"


class Approved(Value):
    """Whose signatures a plan bore when it was carried out; kept in the journal."""

    by: tuple[str, ...]
    """Names of `[approvers]` in portseal.toml."""
    plan: str
    """Digest of the whole plan, which is what they signed; what is carried out of it may be narrowed to the targets."""


def signatures_file(plan: Path) -> Path:
    """Where the signatures under a plan stand."""
    return plan.with_name(plan.name + ".sig")


def sign(plan: Path, digest: str, *, name: str, key: Ed25519PrivateKey, now: datetime) -> Signature:
    """Put a signature under a plan; one that this signer gave it before is replaced."""
    made = signed(_PLAN, digest, name=name, key=key, now=now)
    path = signatures_file(plan)
    kept = [each for each in read_signatures(plan) if (each.name, each.digest) != (name, digest)]
    fresh = path.with_suffix(".sig.new")
    fresh.write_text("".join(f"{each.model_dump_json()}\n" for each in [*kept, made]), encoding="utf-8")
    fresh.replace(path)
    return made


def read_signatures(plan: Path) -> tuple[Signature, ...]:
    """The signatures beside a plan, as they stand there; whether they are right is not looked at.

    Raises:
        InputError: the file is damaged.
    """
    path = signatures_file(plan)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return tuple(signature_of(line) for line in lines if line.strip())
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: damaged; remove it and have the plan approved again") from error


def approved_by(plan: Path, digest: str, approvers: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the approvers whose signature under this plan is right.

    Raises:
        InputError: a signature of a known name is wrong, which is no oversight.
    """
    found: dict[str, None] = {}
    for each in read_signatures(plan):
        if each.name not in approvers or each.digest != digest:
            continue
        if not is_genuine(_PLAN, each, approvers[each.name]):
            raise InputError(f"{signatures_file(plan)}: the signature of {each.name} is not theirs")
        found[each.name] = None
    return tuple(found)


def require_approval(
    plan: Path, digest: str, *, required: int, by: tuple[str, ...], approvers: Mapping[str, str]
) -> Approved | None:
    """Whose signatures the plan bears, where it bears any; refuse one that lacks some.

    Raises:
        InputError: it has too few; says whose count.
    """
    if not required:
        names = approved_by(plan, digest, approvers)
        return Approved(by=names, plan=digest) if names else None
    known = {name: key for name, key in approvers.items() if not by or name in by}
    have = approved_by(plan, digest, known)
    if len({known[name] for name in have}) < required:  # one key under two names is one approver
        whose = ", ".join(known) or "nobody: portseal.toml has no [approvers]"
        got = ", ".join(have) or "nobody"
        raise InputError(
            f"{plan}: needs {required} approval(s) of {whose}; approved by {got}. `portseal approve {plan} --name NAME --key FILE`"
        )
    return Approved(by=have, plan=digest)
