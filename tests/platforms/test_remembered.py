"""What is remembered between plans: nothing that is a secret, and not without bounds."""

from __future__ import annotations

import functools
import gc
import re
from collections.abc import Iterator
from typing import Any

import pytest
from contract.bench import Bench, link_keys, secret
from contract.profiles import packs, possible
from pydantic import SecretStr

from portseal.core import planning
from portseal.core.marks import Marks
from portseal.core.owned import owned_configuration
from portseal.core.platforms import Pack

PLATFORMS = sorted(packs())
_Cache = type(functools.lru_cache(len))


def caches() -> Iterator[Any]:
    """What portseal's functions remember their answers in."""
    for found in gc.get_objects():
        if isinstance(found, _Cache) and "portseal." in repr(found.__wrapped__):
            yield found


def remembered() -> str:
    return "".join(repr(gc.get_referents(cache)) for cache in caches())


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_secret_of_a_switch_or_of_the_site_is_remembered(platform: str) -> None:
    bench = Bench(platform, possible(platform).choices)
    bench.apply()
    running, shown = bench.running(), []

    def mark(found: object, text: str, place: object) -> str:
        shown.append(text)
        return "‹secret›"

    ports = [port.port for port in bench.intent.ports]
    servers = [str(server.address) for server in bench.intent.radius.servers] if bench.intent.radius else []
    owned_configuration(running, bench.pack, ports=ports, radius_addresses=servers, mark=mark)
    assert shown
    assert bench.plan().steps == ()
    bench.generation = 1
    assert bench.plan().steps
    told = remembered()
    assert "interface" in told or "port" in told
    assert [text for text in shown if text in told] == []
    keys = [secret(key.cak, generation).get_secret_value() for key in link_keys(bench.site) for generation in (0, 1)]
    assert [key for key in keys if key in told] == []


def test_every_memory_of_lines_is_bounded() -> None:
    found = [
        cache for cache in caches() if "core.owned" in repr(cache.__wrapped__) or "section" in repr(cache.__wrapped__)
    ]
    assert found
    assert [cache for cache in found if cache.cache_parameters()["maxsize"] is None] == []


def test_the_owned_lines_of_one_reading_are_worked_out_once_unless_what_they_stand_for_may_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = Bench("cisco_iosxe", possible("cisco_iosxe").choices)
    plan = bench.apply()
    running, worked_out = bench.running() + "! a reading of its own\n", []

    def counted(*given: Any, **named: Any) -> Any:
        worked_out.append(given)
        return owned_configuration(*given, **named)

    monkeypatch.setattr(planning, "owned_configuration", counted)

    def digest(pack: Pack, key: str = "key", stored: dict[str, str] | None = None) -> str:
        marks = Marks(plan.switch, secret, SecretStr(key), stored)
        return planning.owned_digest(plan, bench.intent, running, pack, marks)

    assert digest(bench.pack) == digest(bench.pack)
    assert len(worked_out) == 1
    assert digest(bench.pack, "another key") != digest(bench.pack)
    assert len(worked_out) == 2
    places = tuple(place.model_copy(update={"encodings": {}}) for place in bench.pack.secrets)
    opaque = bench.pack.model_copy(update={"secrets": places})
    fresh = Marks(plan.switch, secret, SecretStr("key"))
    mark = fresh.running(None, next(iter(re.findall(r" key-string \d+ (\S+)", running))), places[-1])
    assert digest(opaque) != digest(opaque, stored={mark: "‹hmac:0›"})
    assert len(worked_out) == 4
