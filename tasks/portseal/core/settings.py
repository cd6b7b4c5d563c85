"""portseal.toml in, `Settings` out: how a site wants to be worked on. Every setting has a default."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from portseal.core.model import Text, Value

REFERENCE_PATTERN = r"^[a-z0-9][a-z0-9._-]*(?:/[a-z0-9._-]+)+$"
Reference = Annotated[str, StringConstraints(pattern=REFERENCE_PATTERN, max_length=128)]
"""A reference to a secret, never the secret: lower-case words with a slash between them, e.g. `radius/nac-1`."""

SOURCE_PATTERN = r"^(?:env|file|vault|keyring):\S"
Source = Annotated[str, StringConstraints(pattern=SOURCE_PATTERN)]
"""Where secrets are looked up: `env:PREFIX`, `file:secrets.age`, `vault:MOUNT/PATH`, `keyring:SERVICE`."""


class SecretSettings(Value):
    """`[secrets]`: where references are resolved, the first source that has one first."""

    sources: tuple[Source, ...] = ("env:PORTSEAL_SECRET_",)
    age_identity: Annotated[str, Field(min_length=1)] = "env:PORTSEAL_AGE_IDENTITY"
    """What opens `file:` sources: `env:VARIABLE` holding an age identity, or the path of an identity file."""
    fingerprint_key: Reference | None = None
    """The key of the fingerprints in diffs; None where diffs need not agree between machines."""


class ApplySettings(Value):
    """`[apply]`: how a plan is carried out."""

    timer_minutes: Annotated[int, Field(ge=1, le=120)] = 5
    """After this the switch undoes an unconfirmed change by itself."""
    verify_seconds: Annotated[int, Field(ge=0, le=3600)] = 60
    """How long ports are given to become as intended before the change is rolled back."""
    poll_seconds: Annotated[float, Field(gt=0, le=60)] = 3
    workers: Annotated[int, Field(ge=1, le=1000)] = 20
    """Switches worked on at once."""
    connect_workers: Annotated[int, Field(ge=1, le=1000)] = 10
    """Switches connected to at once; AAA servers mind more."""
    plan_valid_hours: Annotated[int, Field(ge=1, le=8760)] = 72
    counter_pause_seconds: Annotated[float, Field(gt=0, le=60)] = 2.0
    """Between the two readings of counters that must rise."""


class PortSettings(Value):
    """`[ports]`: what becomes of a port that no camera has any more."""

    released: Literal["unseal", "keep"] = "unseal"
    """`unseal` takes our lines away, so that the port is open; `keep` leaves it closed."""


class InventoryPlugin(Value):
    """A Nornir inventory plugin that stands in for hosts.yaml, groups.yaml and defaults.yaml."""

    plugin: str = "SimpleInventory"
    options: dict[str, str | int | bool | float | list[str]] = {}
    """Passed on as they are; `{site}` in a text stands for the site's directory."""


class NornirSettings(Value):
    """`[nornir]`: where the switches come from."""

    inventory: InventoryPlugin = InventoryPlugin()


class Settings(Value):
    """All of portseal.toml."""

    schema_version: Literal[1] = 1
    name: Text = ""
    """What the site is called in reports; empty: the name of its directory."""
    secrets: SecretSettings = SecretSettings()
    apply: ApplySettings = ApplySettings()
    ports: PortSettings = PortSettings()
    nornir: NornirSettings = NornirSettings()
