"""Host data `transport`: a word or a table, checked before anything connects."""

from __future__ import annotations

import pytest

from portseal.core.transport import Transport, transport_mistakes


def told(given: object, platform: str = "arista_eos") -> list[tuple[str | None, str]]:
    found = transport_mistakes(given, platform, ["arista_eos"], file="groups.yaml", column="access.data.transport")
    return [(mistake.column, mistake.message) for mistake in found]


def test_a_word_alone_says_by_what_a_switch_is_reached() -> None:
    assert Transport.model_validate("napalm") == Transport(via="napalm")
    assert told("napalm") == told("ssh") == told({"window": 512}) == []


@pytest.mark.parametrize(
    ("given", "column", "said"),
    [
        ("telnet", "", "'ssh' or 'napalm'"),
        ({"via": "napalm", "windo": 3}, ".windo", "did you mean 'window'"),
        ({"connect_timeout": 0}, ".connect_timeout", "greater than 0"),
        ([1], "", "dictionary"),
    ],
)
def test_a_mistake_is_named_with_its_place(given: object, column: str, said: str) -> None:
    ((place, message),) = told(given)
    assert place == f"access.data.transport{column}"
    assert said in message


def test_napalm_is_refused_where_no_driver_is_told_whom_to_trust() -> None:
    ((_, message),) = told({"via": "napalm"}, "cisco_iosxe")
    assert message == "napalm is not offered for cisco_iosxe, only for arista_eos; leave `transport` out for SSH"
