"""Lines of a port in, the intent's words out, by what a platform folder says; what it does not say is not guessed."""

from __future__ import annotations

import doctest

import pytest
from pydantic import ValidationError

from portseal.cli import layout
from portseal.core import alike_switches, words
from portseal.core.platforms import Pack, load_pack, platform_folders
from portseal.core.wording import read_words
from portseal.core.wording_rules import Follow, Meaning
from portseal.core.words import UNKNOWN, PortStory, changes, phrase

MEANINGS = (
    Meaning(feature="dot1x.mode", value="closed", has=("^control auto$",), lacks=("^open$",)),
    Meaning(feature="dot1x.mode", value="monitor", has=("^control auto$", "^open$")),
    Meaning(feature="dot1x.mode", value="off", lacks=("^control ",)),
    Meaning(feature="dot1x.methods", has=("^order (?P<value>.+)$",), words={"eap": "dot1x", "mac": "mab"}),
    Meaning(feature="macsec.policy", value="off", lacks=("^secure ",)),
    Meaning(feature="macsec.policy", has=("^profile / inner / policy (?P<value>must-secure|should-secure)$",)),
    Meaning(feature="macsec.cak", value="derived", has=("^profile( / |$)",)),
    Meaning(feature="mac_limit", value="{most} {what}", has=("^most (?P<most>[0-9]+)$", "^beyond (?P<what>[a-z]+)$")),
)
FOLLOWS = (
    Follow(line="^secure (?P<name>.+)$", to=("^profiles$", "^profile <name>$"), called="profile"),
    Follow(line="^profile / as (?P<name>.+)$", to=("^profiles$", "^profile <name>$"), called="profile"),
)


@pytest.fixture(scope="module")
def pack() -> Pack:
    some = load_pack(next(iter(platform_folders().values())))
    return some.model_copy(
        update={"port_section": r"^port (?P<port>\S+)$", "meaning": MEANINGS, "follow": FOLLOWS, "alias": ()}
    )


def read(pack: Pack, text: str) -> dict[str, str]:
    return read_words(text, pack, ["1"])["1"]


@pytest.mark.parametrize(
    ("lines", "mode"),
    [
        (" control auto\n", "closed"),
        (" control auto\n open\n", "monitor"),
        ("", "off"),
        (" control never\n", UNKNOWN),
        (" control never\n open\n", UNKNOWN),
    ],
)
def test_the_first_rule_that_fits_counts_and_nothing_is_guessed(pack: Pack, lines: str, mode: str) -> None:
    assert read(pack, f"port 1\n{lines}port 2\n control auto\n open\n")["dot1x.mode"] == mode


def test_a_word_that_is_not_listed_is_unknown(pack: Pack) -> None:
    assert read(pack, "port 1\n control auto\n order eap mac\n")["dot1x.methods"] == "dot1x mab"
    assert read(pack, "port 1\n control auto\n order eap web\n")["dot1x.methods"] == UNKNOWN


def test_a_section_that_a_port_names_is_read_with_it_and_one_that_names_itself_once(pack: Pack) -> None:
    profiles = "profiles\n profile a\n  as b\n profile b\n  as a\n  inner\n   policy must-secure\n profile a.c\n  x\n"
    text = f"port 1\n control auto\n secure a\n{profiles}"
    assert read(pack, text)["macsec.policy"] == "must-secure"
    assert read(pack, text.replace("secure a\n", "secure nowhere\n"))["macsec.policy"] == UNKNOWN
    assert read(pack, text.replace("secure a\n", "secure .*\n"))["macsec.policy"] == UNKNOWN


def test_a_word_can_be_made_of_several_lines(pack: Pack) -> None:
    assert read(pack, "port 1\n most 2\n beyond restrict\n")["mac_limit"] == "2 restrict"
    assert read(pack, "port 1\n most 2\n")["mac_limit"] == UNKNOWN


def test_a_folder_that_says_nothing_makes_nobody_tell(pack: Pack) -> None:
    mute = pack.model_copy(update={"meaning": ()})
    assert read_words("port 1\n control auto\n", mute, ["1"]) == {}
    story = PortStory(port="1", after={"dot1x.mode": "closed"})
    assert story.changes == ()
    assert phrase(story.before) == "nobody can tell"


def test_what_has_no_effect_is_not_told_and_what_comes_with_a_mode_is_told_with_it() -> None:
    off = {"dot1x.mode": "off", "macsec.policy": "off", "vlan": "10"}
    on = {"dot1x.mode": "closed", "dot1x.methods": "mab", "macsec.policy": "must-secure", "macsec.cak": "static"}
    told = [(change.what, change.told) for change in changes(off, on)]
    assert told == [("802.1X", "off → closed, mab"), ("MACsec", "off → must-secure, static CAK")]
    assert [change.told for change in changes(on, off)] == ["closed → off", "must-secure, static CAK → off"]
    assert changes(on, on) == ()


def test_an_unknown_wording_is_a_change_and_said_to_be_unknown() -> None:
    (change,) = changes({"dot1x.mode": UNKNOWN}, {"dot1x.mode": "closed"})
    assert change.told == "unknown wording → closed"


def test_a_rule_for_a_feature_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValidationError, match="feature"):
        Meaning.model_validate({"feature": "dot1x.modus", "value": "closed"})


@pytest.mark.parametrize("module", [layout, words, alike_switches], ids=lambda module: module.__name__)
def test_the_examples_in_docstrings_are_true(module: object) -> None:
    found = doctest.testmod(module)  # type: ignore[arg-type]
    assert found.attempted > 0
    assert found.failed == 0
