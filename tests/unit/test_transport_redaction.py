"""What a switch prints is shown without the secrets it was sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portseal.transport.redaction import fit_to_show, secrets_of
from portseal.transport.session import ConfigureLine

secret = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40)


def line(text: str, shown: str) -> ConfigureLine:
    return ConfigureLine(text=text, shown=shown)


@given(secret, secret, st.sampled_from([" key {} more {}", "key={}, or {}", "printf %s '{}\n{}' >file", "{} {}"]))
def test_secrets_are_found_where_references_stand(one: str, other: str, form: str) -> None:
    made = line(form.format(one, other), form.format("{{secret:a/one}}", "{{secret:a/other}}"))
    shown = fit_to_show(f"% Bad {one} in {made.text!s}; {other}: {other}", [made])
    assert one not in shown.replace("{{secret:a/one}}", "").replace("{{secret:a/other}}", "")
    assert other not in shown.replace("{{secret:a/one}}", "").replace("{{secret:a/other}}", "")


def test_a_whole_line_is_shown_with_its_references() -> None:
    made = line("  key-string 0 s3cret-key", "  key-string 0 {{secret:cak/cam-1}}")
    assert fit_to_show("% Bad: key-string 0 s3cret-key", [made]) == "% Bad: key-string 0 {{secret:cak/cam-1}}"


def test_a_shown_form_without_references_hides_what_differs() -> None:
    made = line("key s3cret-key now", "key ***** now")
    assert "s3cret-key" not in fit_to_show("% s3cret-key is bad", [made])


def test_output_without_secrets_is_left_as_it_is() -> None:
    text = "      ^\n% Invalid input detected at '^' marker."
    assert fit_to_show(text, [line("macsec", "macsec"), line("key s3cret-key", "key {{secret:a}}")]) == text


def test_a_secret_quoted_for_the_shell_is_found_unquoted() -> None:
    made = line("printf %s 'a'\"'\"'b-long'", "printf %s '{{secret:a}}'")
    assert "a'b-long" not in fit_to_show("sh: a'b-long: not found", [made])


@pytest.mark.parametrize("text", ["macsec", "interface GigabitEthernet1/0/1"])
def test_a_line_without_references_has_no_secret(text: str) -> None:
    assert list(secrets_of(line(text, text))) == []
