"""portseal.toml in, `Settings` out: how a site wants to be worked on. Every setting has a default."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from portseal.core.model import Name, Text, Value

REFERENCE_PATTERN = r"^[a-z0-9][a-z0-9._-]*(?:/[a-z0-9._-]+)+$"
Reference = Annotated[str, StringConstraints(pattern=REFERENCE_PATTERN, max_length=128)]
"""A reference to a secret, never the secret: lower-case words with a slash between them, e.g. `radius/nac-1`."""

SOURCE_PATTERN = r"^(?:env|file|vault|keyring):\S"
Source = Annotated[str, StringConstraints(pattern=SOURCE_PATTERN)]
"""Where secrets are looked up: `env:PREFIX`, `file:secrets.age`, `vault:MOUNT/PATH`, `keyring:SERVICE`."""


PUBLIC_KEY_PATTERN = r"^[A-Za-z0-9+/]{43}=$"


class SecretSettings(Value):
    """`[secrets]`: where references are resolved, the first source that has one first."""

    sources: tuple[Source, ...] = ("env:PORTSEAL_SECRET_",)
    age_identity: Annotated[str, Field(min_length=1)] = "env:PORTSEAL_AGE_IDENTITY"
    """What opens `file:` sources: `env:VARIABLE` holding an age identity, or the path of an identity file."""
    fingerprint_key: Reference | None = None
    """The key of the fingerprints in diffs; None where diffs need not agree between machines."""


KEY_STORE_PATTERN = r"^(?:file|vault|keyring):\S"


class KeySettings(Value):
    """`[keys]`: the static link keys that portseal makes and keeps."""

    store: Annotated[str, StringConstraints(pattern=KEY_STORE_PATTERN)] = "file:keys.age"
    """Where they are kept: `file:PATH` (age-encrypted), `vault:MOUNT/PATH`, `keyring:SERVICE`. It is a source of secrets
    as well, after those of `[secrets]`."""
    recipients: tuple[Annotated[str, StringConstraints(pattern=r"^(?:age1|ssh-)\S")], ...] = ()
    """Who can open the file besides the owner of `age_identity`: age or SSH public keys."""
    rotate_days: Annotated[int, Field(ge=1, le=3650)] = 365
    """Age at which a key is due."""
    camera_seconds: Annotated[int, Field(ge=1, le=3600)] = 60
    """How long a camera is given to come up with its new key in a rotation."""


class ApplySettings(Value):
    """`[apply]`: how a plan is carried out."""

    timer_minutes: Annotated[int, Field(ge=1, le=120)] = 5
    """After this the switch undoes an unconfirmed change by itself."""
    verify_seconds: Annotated[int, Field(ge=0, le=3600)] = 60
    """How long ports are given to become as intended before the change is rolled back."""
    poll_seconds: Annotated[float, Field(gt=0, le=60)] = 3
    workers: Annotated[int, Field(ge=1, le=1000)] = 20
    """Switches being changed at once, and worked on by tasks that do not say that they only read."""
    connect_workers: Annotated[int, Field(ge=1, le=1000)] = 20
    """Switches connected to at once, whatever for; AAA servers mind more."""
    cpu_workers: Annotated[int, Field(ge=0, le=256)] = 4
    """Processes that compare configurations and parse output beside this one where there are many switches, at most one a core; 0: none."""
    plan_valid_hours: Annotated[int, Field(ge=1, le=8760)] = 72
    counter_pause_seconds: Annotated[float, Field(gt=0, le=60)] = 2.0
    """Between the two readings of counters that must rise."""


class ReadSettings(Value):
    """`[read]`: how many switches are read at once where nothing is changed: by plan, verify, drift and the checks before a run."""

    workers: Annotated[int, Field(ge=1, le=1000)] = 50
    """Switches that something is asked of, or whose answers are read, at once."""
    sessions: Annotated[int, Field(ge=1, le=5000)] = 200
    """Switches that are logged in to at once, those too that are only waited for: until counters have had time to rise, or with `--wait`."""


class ConnectSettings(Value):
    """`[connect]`: how connections to switches are made, besides how many (`apply.connect_workers`)."""

    per_aaa_server: Annotated[int, Field(ge=1, le=1000)] = 5
    """Switches logged in to at once among those whose data `login` names the same server in `aaa`."""
    tries: Annotated[int, Field(ge=1, le=10)] = 3
    """Of a connection that is refused, unanswered or without an SSH banner; a login that was refused is never repeated."""
    backoff_seconds: Annotated[float, Field(gt=0, le=60)] = 1.0
    """Before the second try, doubled before each further one; a random half of it is left out, so that not all come back at once."""


class PortSettings(Value):
    """`[ports]`: what becomes of a port that no camera has any more."""

    released: Literal["unseal", "keep"] = "unseal"
    """`unseal` takes our lines away, so that the port is open; `keep` leaves it closed."""


class InventoryPlugin(Value):
    """A Nornir inventory plugin that stands in for hosts.yaml, groups.yaml and defaults.yaml."""

    plugin: str = "SimpleInventory"
    options: dict[str, str | int | bool | float | list[str]] = {}
    """Passed on as they are; `{site}` in a text stands for the site's directory."""


class CameraGroup(Value):
    """`[cameras.groups.NAME]`: cameras that are reached by one API with one login."""

    api: Literal["axis"]
    """`axis`: VAPIX network settings."""
    models: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Patterns of the column `model` (`AXIS *`); upper and lower case are one."""
    names: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Patterns of the cameras' names."""
    user: Annotated[str, Field(min_length=1)]
    password: Reference
    port: Annotated[int, Field(ge=1, le=65535)] = 443
    address: Text = ""
    """Where the camera is; empty: its `ip` in cameras.csv."""
    ca: str = ""
    """PEM file of the authority that its HTTPS certificate comes from; empty: those this machine trusts."""
    certificate_name: Literal["address", "name"] = "address"
    """What its certificate must be made out to: the address it is reached by, or its name in cameras.csv."""
    accept_any_certificate: bool = False
    """Take whatever certificate is shown: anybody on the way can then read and write what is sent."""

    @model_validator(mode="after")
    def _somebody_is_in_it(self) -> CameraGroup:
        if not self.models and not self.names:
            raise ValueError("say which cameras these are: `models`, `names`, or both")
        return self


class CameraSettings(Value):
    """`[cameras]`: how cameras are reached that have an API; none is where no group is named."""

    workers: Annotated[int, Field(ge=1, le=1000)] = 20
    """Cameras talked to at once."""
    timeout_seconds: Annotated[float, Field(gt=0, le=120)] = 5.0
    """For each: connecting, and each answer."""
    groups: dict[str, CameraGroup] = {}
    """The first that a camera fits counts."""


class CertificateSettings(Value):
    """`[certificates]`: whose expiry is watched, and the site's own authority."""

    files: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """PEM files, and directories of them: the RADIUS server's certificate, and cameras'."""
    warn_days: Annotated[tuple[Annotated[int, Field(ge=0, le=3650)], ...], Field(min_length=1)] = (60, 30, 7)
    """Days before the end at which the warning changes."""
    authority: Annotated[str, Field(min_length=1)] = "ca"
    """Directory of the site's own authority (`portseal certs init-ca`)."""
    passphrase: Reference = "ca/passphrase"  # noqa: S105 - a reference
    """What its key is encrypted with."""
    valid_days: Annotated[int, Field(ge=1, le=3650)] = 365
    """Of a certificate that is issued."""
    crl_days: Annotated[int, Field(ge=1, le=365)] = 30
    """Until the next revocation list is due."""
    key: Literal["rsa-2048", "rsa-3072", "ec-p256"] = "rsa-2048"
    """Kind of the keys that are made; older cameras know RSA only."""


class EvidenceSettings(Value):
    """`[evidence]`: what `verify --evidence` writes, and whose signature under it counts."""

    directory: Annotated[str, Field(min_length=1)] = "evidence"
    """The archive that `drift` compares with and `evidence` looks at; relative to the site."""
    name: Name | None = None
    """Under which name evidence is signed; None: it is not signed."""
    key: Annotated[str, Field(min_length=1)] = "evidence-key.pem"
    """The private key, relative to the site; `portseal evidence new-key` makes one."""
    passphrase: Reference | None = None
    """What that key is encrypted with."""
    signers: dict[Name, Annotated[str, Field(pattern=PUBLIC_KEY_PATTERN)]] = {}
    """Whose signatures count: name → Ed25519 public key."""


class RunnerPlugin(Value):
    """A Nornir runner plugin that works on switches instead of this process's threads."""

    plugin: Annotated[str, Field(min_length=1)] = "threads"
    """`threads`: as many as `[apply]` and `[read]` say, in this process; `portseal-dask`: other processes, on other machines too."""
    options: dict[str, str | bool | int | float | list[str]] = {}
    """Passed on as they are."""


class NornirSettings(Value):
    """`[nornir]`: where the switches come from, and who works on them."""

    inventory: InventoryPlugin = InventoryPlugin()
    runner: RunnerPlugin = RunnerPlugin()


class Settings(Value):
    """All of portseal.toml."""

    schema_version: Literal[1] = 1
    name: Text = ""
    """What the site is called in reports; empty: the name of its directory."""
    secrets: SecretSettings = SecretSettings()
    keys: KeySettings = KeySettings()
    apply: ApplySettings = ApplySettings()
    read: ReadSettings = ReadSettings()
    connect: ConnectSettings = ConnectSettings()
    ports: PortSettings = PortSettings()
    nornir: NornirSettings = NornirSettings()
    approvers: dict[Name, Annotated[str, Field(pattern=PUBLIC_KEY_PATTERN)]] = {}
    """Who may approve plans: name → Ed25519 public key, as `portseal approve --new-key FILE` prints it."""
    cameras: CameraSettings = CameraSettings()
    certificates: CertificateSettings = CertificateSettings()
    evidence: EvidenceSettings = EvidenceSettings()
