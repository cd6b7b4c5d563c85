"""Every spelling a person or a switch uses leads to one port."""

import pytest

from portseal.core.platforms import PortNames
from portseal.core.portname import long_port, short_port

CATALYST = PortNames(
    types={
        "FastEthernet": ("Fa",),
        "GigabitEthernet": ("Gi", "Gig"),
        "TwoGigabitEthernet": ("Tw",),
        "TwentyFiveGigE": ("Twe",),
        "TenGigabitEthernet": ("Te",),
    },
    number=r"\d+(/\d+)*(\.\d+)?",
)
BARE = PortNames(types={"": ()}, number=r"[a-z][a-z0-9.-]*")
NUMBERS = PortNames(types={"": ()}, number=r"\d+/\d+/\d+")


@pytest.mark.parametrize(
    "text",
    ["Gi1/0/5", "gi1/0/5", "Gig 1/0/5", "gigabitethernet1/0/5", "GigabitEthernet 1/0/5", "  GIGABIT1/0/5 ", "g1/0/5"],
)
def test_every_usual_spelling_leads_to_the_long_one(text: str) -> None:
    assert long_port(CATALYST, text) == "GigabitEthernet1/0/5"
    assert short_port(CATALYST, text) == "Gi1/0/5"


def test_a_short_form_that_begins_another_is_not_taken_for_it() -> None:
    assert long_port(CATALYST, "Tw1/0/1") == "TwoGigabitEthernet1/0/1"
    assert long_port(CATALYST, "Twe1/0/1") == "TwentyFiveGigE1/0/1"
    assert long_port(CATALYST, "Te1/1/1") == "TenGigabitEthernet1/1/1"


def test_an_ambiguous_beginning_is_refused_with_the_types_it_could_be() -> None:
    with pytest.raises(ValueError, match="TwentyFiveGigE, TwoGigabitEthernet"):
        long_port(PortNames(types={"TwoGigabitEthernet": (), "TwentyFiveGigE": ()}, number=r"\d+"), "tw1")


@pytest.mark.parametrize(
    "text", ["", "1/0/5", "Gi", "Gi1/0/5 x", "Gi1/0/", "Eth1/0/5", "Gi1/0/5\nshutdown", "Gi1/0/5!"]
)
def test_what_no_port_is_spelt_like_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no port of this platform"):
        long_port(CATALYST, text)


def test_platforms_whose_ports_have_no_type_are_understood() -> None:
    assert long_port(BARE, "cam1") == "cam1"
    assert short_port(BARE, "cam1") == "cam1"
    assert long_port(NUMBERS, "1/1/5") == "1/1/5"
