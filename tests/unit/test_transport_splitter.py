"""A terminal's stream is attributed to its lines, wherever the network cut it."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from portseal.transport.splitter import Splitter, prompt_pattern

PROMPT = prompt_pattern("acc-01")

words = st.text(st.sampled_from("abc 1/#>(%^é-"), min_size=1, max_size=20).filter(lambda text: text.strip())
outputs = st.lists(words, max_size=4).map("\n".join)


def screen(lines: list[str], answers: list[str], *, prompt: str = "acc-01(config-if)#") -> str:
    """What a terminal prints for these lines and answers."""
    return (
        "".join(
            f"{prompt}{line}\r\n" + "".join(f"{row}\r\n" for row in answer.split("\n") if answer)
            for line, answer in zip(lines, answers, strict=True)
        )
        + "acc-01#"
    )


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """`data` in pieces."""
    ends = sorted({place % (len(data) + 1) for place in places} | {0, len(data)})
    return [data[a:b] for a, b in itertools.pairwise(ends)]


def splitter(lines: list[str], seen: str = "") -> Splitter:
    found = Splitter(PROMPT, seen, lines)
    found.sent = len(lines)
    return found


@given(
    st.lists(st.tuples(words, outputs), min_size=1, max_size=12),
    st.lists(st.integers(0, 10_000), max_size=30),
)
def test_answers_do_not_depend_on_where_the_stream_is_cut(pairs: list[tuple[str, str]], places: list[int]) -> None:
    lines, answers = [line for line, _ in pairs], [answer for _, answer in pairs]
    found = splitter(lines)
    for piece in cut(screen(lines, answers).encode(), places):
        found.feed(piece)
    assert found.answers == answers
    assert found.lost == set()
    assert found.rest == "acc-01#"


@given(st.data())
def test_an_incomplete_stream_never_gives_all_answers(data: st.DataObject) -> None:
    lines, answers = ["show a", "show b", "show c"], ["one\ntwo", "", "three"]
    whole = screen(lines, answers).encode()
    found = splitter(lines)
    found.feed(whole[: data.draw(st.integers(0, len(whole) - 1))])
    assert len(found.answers) < len(lines)
    assert found.answers == answers[: len(found.answers)]


@given(st.lists(st.integers(0, 10_000), max_size=20))
def test_escape_sequences_are_no_part_of_an_answer_even_where_they_are_cut(places: list[int]) -> None:
    stream = "\x1b[24;1H\x1b[Kacc-01#show a\r\r\n\x1b[1mbold\x1b[0m\x07 \x1b]0;title\x07text\r\nacc-01#\x1b[6n"
    found = splitter(["show a"])
    for piece in cut(stream.encode(), places):
        found.feed(piece)
    assert found.answers == ["bold text"]


def test_a_prompt_of_the_session_so_far_belongs_to_the_first_line() -> None:
    found = splitter(["show a"], seen="acc-01#")
    found.feed(b" \r\nacc-01#\r\nacc-01#show a\r\nx\r\nacc-01#")
    assert found.answers == ["x"]


def test_output_that_looks_like_a_prompt_is_output() -> None:
    found = splitter(["show history", "show b"])
    found.feed(b"acc-01#show history\r\nacc-01#show clock\r\nacc-01#show version\r\nacc-01#show b\r\nyes\r\nacc-01#")
    assert found.answers == ["acc-01#show clock\nacc-01#show version", "yes"]


def test_a_line_drawn_anew_after_a_log_message_is_attributed_all_the_same() -> None:
    found = splitter(["macsec"])
    found.feed(
        b"acc-01(config-if)#mac\r\n*Nov 24: %LINK-3-UPDOWN: changed\r\nacc-01(config-if)#macsec\r\nacc-01(config-if)#"
    )
    assert found.answers == [""]
    assert found.lost == set()


def test_a_line_that_lost_a_character_is_told_from_its_neighbours() -> None:
    found = splitter(["mab", "macsec", "exit"])
    found.feed(
        b"acc-01(config-if)#mab\r\nacc-01(config-if)#macsc\r\n% Invalid input\r\nacc-01(config-if)#exit\r\nacc-01(config)#"
    )
    assert found.lost == {1}
    assert found.answers[0] == ""
    assert "% Invalid input" in found.answers[1]
    assert found.answers[2] == ""


def test_prompts_of_many_kinds_are_known() -> None:
    names = {
        "acc-01": ["acc-01>", "acc-01#", "acc-01(config)#", "acc-01(config-radius-server)# ", "acc-01(config-if-Et1)#"],
        "very-long-switch": ["very-long-switch-nam(config)#"],
        "admin@acc-02": ["admin@acc-02> ", "admin@acc-02# "],
        "acc-03": ["<acc-03>", "[acc-03]", "[~acc-03-GigabitEthernet1/0/1]", "[*acc-03-aaa]"],
    }
    for name, prompts in names.items():
        for prompt in prompts:
            assert prompt_pattern(name).fullmatch(prompt), prompt


def test_text_about_a_switch_is_no_prompt() -> None:
    for text in ("acc-01 is up", "acc-01.example.org  Gig 1/0/1  10", "hostname acc-01#", "acc-01"):
        assert not prompt_pattern("acc-01").search(text), text


def test_a_pager_is_seen() -> None:
    for pager in ("--More--", " --More-- ", "-- MORE --, next page: Space", "<--- More --->"):
        found = splitter(["show a"])
        found.feed(f"acc-01#show a\r\nrow\r\n{pager}".encode())
        assert found.paged, pager
