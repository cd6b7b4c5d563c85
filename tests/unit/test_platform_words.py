"""Words of the description language that few platforms need: separators, what is typed before a secret, lists that have both."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from portseal.core.capability import _meets
from portseal.core.marks import Marks
from portseal.core.owned import canonical, owned_configuration
from portseal.core.platforms import Pack, load_pack, platform_folders

RUNNING = "#\n version 7\n#\n ours one\nsection a\n ours key shown cipher XYZ\n#\n ours two\n#\nsection b\n ours three\n#\nreturn\n"


@pytest.fixture
def pack() -> Pack:
    some = next(load_pack(folder) for folder in platform_folders().values() if not load_pack(folder).files)
    return Pack.model_validate(
        some.model_dump(exclude={"show", "observe"})
        | {
            "read": {"command": "show", "separator": "^#", "complete": "^return$", "noise": ("^return$",)},
            "owned": ({"match": ("^ours ",)}, {"match": ("^section ", "^ours ")}),
            "secrets": (
                {
                    "match": ("^section ", "^ours key shown (?:(?P<encoding>simple|cipher) )?(?P<secret>\\S+)$"),
                    "encodings": {"simple": "plain", "cipher": "opaque"},
                    "typed": "simple ",
                },
            ),
            "paths": None,
            "require": (),
        }
    )


def marks() -> Marks:
    return Marks("sw", lambda ref: SecretStr(f"secret of {ref}".replace(" ", "-")), SecretStr("key"))


def test_a_separator_puts_the_next_line_at_the_top_however_far_it_is_indented(pack: Pack) -> None:
    owned = owned_configuration(RUNNING, pack, ports=(), radius_addresses=(), mark=marks().running)
    lines = [line for line in owned.text.splitlines() if "key" not in line]
    assert lines == ["ours one", "section a", "ours two", "section b", " ours three"]


def test_a_secret_is_typed_as_the_platform_wants_it_and_compared_without(pack: Pack) -> None:
    mine = marks()
    text = canonical("section a\n ours key shown simple {{secret:x/y}}\n", pack, mark=mine.target)
    assert "simple" not in text
    assert mine.referenced(text).splitlines()[1] == " ours key shown simple {{secret:x/y}}"


@pytest.mark.parametrize(
    ("values", "words", "met"),
    [
        (("dot1x",), ("dot1x+mab",), False),
        (("mab", "dot1x"), ("dot1x+mab",), True),
        (("mab",), ("dot1x+mab", "mab"), True),
        ((), ("dot1x",), False),
    ],
)
def test_a_conflict_can_be_about_a_list_that_has_both(
    values: tuple[str, ...], words: tuple[str, ...], met: bool
) -> None:
    assert _meets(values, words) is met
