"""One contract, every platform: names, free text, secrets and port spellings, however they are written."""

from __future__ import annotations

import pytest
from contract.bench import Bench
from contract.profiles import SWITCH, camera_for, packs, port_stem, possible, possible_bases, site_of
from contract.text import outside
from pydantic import SecretStr

from portseal.core.cameras import read_cameras
from portseal.core.errors import PortsealError, SecretError
from portseal.core.intent import derive
from portseal.core.portname import long_port, short_port
from portseal.core.rendering import render

PLATFORMS = sorted(packs())
FREE_TEXT = ("location", "model", "serial", "recorder", "identity")
HOSTILE = [
    "gate'; reload",
    'gate"; reload',
    "$(reload)",
    "`reload`",
    "gate | reload & reload && reload > flash:",
    "no shutdown",
    "\\n shutdown",
    "#, //, /* */, -- and ;",
    "%s %d %n",
    "^C banner",
    "Überwachung am Südtor, 日本語, כניסה, 🎥",
    "<script>alert(1)</script>",
    "a" * 255,
]
REFUSED = [
    "gate! reload",
    "gate? reload",
    "{{secret:radius/nac-1}}",
    "gate\nshutdown",
    "gate\r",
    "gate\x1b[2J",
    "gate\u2028x",
]
SECRETS = [
    "plain-secret",
    'with"quote',
    "with'quote",
    "with\\backslash",
    "with space",
    "with;semicolon",
    "with|pipe",
    "with#hash",
    "with!bang",
    "!bang",
    "with?help",
    "with$dollar",
    "with<angle>",
    "{braces}",
    "7 0822455D0A16",
    "0 zero",
    "$9$looks-encoded",
    "ключ",
    "line\nbreak",
    "x" * 64,
]


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("field", FREE_TEXT)
@pytest.mark.parametrize("text", HOSTILE)
def test_free_text_of_a_camera_changes_no_line(platform: str, field: str, text: str) -> None:
    pack, folder = packs()[platform]
    plain = site_of(pack, possible(platform).choices)
    cameras = tuple(camera.model_copy(update={field: text}) for camera in plain.cameras)
    hostile = plain.model_copy(update={"cameras": cameras})
    rendered = [render(derive(site, {pack.name: pack}, [SWITCH])[0], folder) for site in (plain, hostile)]
    assert rendered[0] == rendered[1]


@pytest.mark.parametrize("field", FREE_TEXT)
@pytest.mark.parametrize("text", REFUSED)
def test_free_text_that_could_be_read_as_more_than_text_is_refused(field: str, text: str) -> None:
    head = f"name,mac,switch,port,profile,{field}\n"
    quoted = text.replace('"', '""')
    read = read_cameras(f'{head}cam-1,ac:cc:8e:00:00:01,{SWITCH},Gi1/0/1,plain,"{quoted}"\n')
    assert [found.column for found in read.findings] == [field]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_long_names_that_begin_alike_are_told_apart(platform: str) -> None:
    pack = packs()[platform][0]
    long = "x" * 60
    bases = possible_bases(platform)
    different = next((base for base in bases[1:] if base["macsec"].get("policy")), bases[-1])
    choices = {f"{long}-a": bases[0], f"{long}-b": different, f"{long}-c": bases[-1]}
    bench = Bench(platform, choices)
    cameras = tuple(
        camera_for(bench.site.profiles[name], number, pack).model_copy(update={"name": f"{long}-{number}"})
        for number, name in enumerate(choices, start=1)
    )
    servers = [{"name": f"{'r' * 25}-{n}", "address": f"198.51.100.{n}", "key": f"radius/{n}"} for n in (11, 12)]
    bench.want(site_of(pack, choices, cameras=cameras, servers=servers, options=bench.options))
    bench.apply()
    assert bench.plan().diff == ""
    if bench.simulated:
        bench.rearrange()
        assert bench.surprises() == {}


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_arrives_as_it_is_or_is_refused_before_anything_is_sent(platform: str, secret: str) -> None:
    bench = Bench(platform, {"plain": possible(platform).choices["plain"]})
    resolve = bench.resolve
    bench.resolve = lambda ref: SecretStr(secret) if ref.startswith("radius/") else resolve(ref)  # type: ignore[method-assign]
    before, others = bench.clear(), outside(bench)
    refusal = _refusal(bench)
    if refusal is not None:
        assert isinstance(refusal, SecretError), f"sent, and then refused: {refusal}"
        assert secret not in str(refusal)
        assert bench.clear() == before
        return
    assert bench.plan().diff == ""
    assert outside(bench) == others
    if bench.simulated:
        bench.rearrange()
        assert {v.reason for v in bench.verdicts().values()} <= {"as-intended"}


def _refusal(bench: Bench) -> PortsealError | None:
    try:
        bench.apply()
    except PortsealError as error:
        return error
    return None


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_spelling_of_a_port_is_the_same_port(platform: str) -> None:
    names = packs()[platform][0].ports
    stem = port_stem(platform)
    long = f"{stem}7"
    assert long_port(names, long) == long
    kind = next(kind for kind in names.types if long.startswith(kind))
    number = long.removeprefix(kind)
    spellings = {long, short_port(names, long), *(f"{form}{number}" for form in (kind, *names.types[kind]))}
    if kind:  # a port without a type is spelt as it is
        spellings |= {f"{form} {number}" for form in (kind, *names.types[kind])}
        spellings |= {form(spelt) for spelt in spellings for form in (str.lower, str.upper)}
    assert {long_port(names, spelt) for spelt in spellings} == {long}
    assert {long_port(names, f"  {spelt} ") for spelt in spellings} == {long}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_short_form_stands_for_two_types(platform: str) -> None:
    names = packs()[platform][0].ports
    number = port_stem(platform).lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-") + "1"
    for kind, shorts in names.types.items():
        for short in shorts:
            if not any(other != kind and short in forms for other, forms in names.types.items()):
                assert long_port(names, f"{short}{number}") == f"{kind}{number}"


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("text", ["", " ", "port seven", "7; reload", "../1", "1\n2", "`1`", "$1", "?"])
def test_what_is_no_port_is_refused(platform: str, text: str) -> None:
    names = packs()[platform][0].ports
    with pytest.raises(ValueError, match=r"no port|ambiguous"):
        long_port(names, text)
