"""References, fingerprints, and secrets kept out of everything that is shown."""

from __future__ import annotations

import json
import re
import traceback
import warnings
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from portseal.core.encodings import decode
from portseal.core.errors import PortsealError, SecretError
from portseal.core.model import Value
from portseal.core.secrets import (
    REDACTED,
    Redactor,
    fingerprint,
    redact_exception,
    reference,
    references,
    reveal,
)

KEY = SecretStr("site-key")
STORE = {"radius/nac-1": "pa55 word", "cak/cam-017": "A1B2" * 8, "odd": "{{secret:radius/nac-1}}"}
with warnings.catch_warnings():  # of `crypt`, which has nothing to do with type 7
    warnings.simplefilter("ignore", DeprecationWarning)
    from netutils.password import encrypt_cisco_type7

printable = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=25)


def store(ref: str) -> SecretStr:
    if ref not in STORE:
        raise SecretError(f"secret {ref} is nowhere")
    return SecretStr(STORE[ref])


def redactor(*values: str) -> Redactor:
    return Redactor(SecretStr(value) for value in values)


@pytest.mark.parametrize("ref", ["cak/cam-017", "0", "radius/nac_1.b"])
def test_a_reference_is_found_again_in_its_line(ref: str) -> None:
    assert references(f"key 7 {reference(ref)} end {reference(ref)}") == (ref,)


def test_references_come_in_the_order_of_the_text() -> None:
    assert references("{{secret:b}} {{secret:a}} {{secret:b}}") == ("b", "a")


@pytest.mark.parametrize("ref", ["", "Cak", "/x", "a b", "a}}b", "a\n", "MyRealPassw0rd!"])
def test_a_malformed_reference_is_refused_and_not_shown(ref: str) -> None:
    with pytest.raises(SecretError) as caught:
        reference(ref)
    assert len(ref) < 8 or ref not in str(caught.value)


@pytest.mark.parametrize(
    "line", ["key {{secret:Upper}}", "key {{secret:}}", "key {{secret:a b}}", "key {{secret:a\n}}"]
)
def test_a_line_with_a_malformed_mark_never_reaches_the_switch(line: str) -> None:
    with pytest.raises(SecretError):
        reveal(line, store)
    with pytest.raises(SecretError):
        references(line)


def test_reveal_puts_each_secret_in_its_place() -> None:
    line = f"a {reference('radius/nac-1')} b {reference('cak/cam-017')}"
    assert reveal(line, store) == f"a pa55 word b {'A1B2' * 8}"


def test_a_secret_that_looks_like_a_reference_is_not_resolved_again() -> None:
    assert reveal(reference("odd"), store) == "{{secret:radius/nac-1}}"


@pytest.mark.parametrize("value", ["", "two\nlines", "tab\t", "bell\x07", "c1\x9b2J", "del\x7f"])
def test_a_secret_that_would_break_its_line_is_refused_without_being_shown(value: str) -> None:
    with pytest.raises(SecretError, match="secret cak/x") as caught:
        reveal(reference("cak/x"), lambda _: SecretStr(value))
    assert not value or value not in str(caught.value)


def test_a_line_without_references_asks_no_source() -> None:
    def none(ref: str) -> SecretStr:
        raise AssertionError(ref)

    assert reveal("dot1x pae authenticator", none) == "dot1x pae authenticator"


@given(printable, printable)
def test_fingerprints_are_equal_exactly_where_secrets_are(one: str, other: str) -> None:
    same = fingerprint(SecretStr(one), KEY) == fingerprint(SecretStr(other), KEY)
    assert same == (one == other)


def test_a_fingerprint_has_ten_digits_and_depends_on_the_key() -> None:
    shown = fingerprint(SecretStr("a"), KEY)
    assert re.fullmatch("‹hmac:[0-9a-f]{10}›", shown)
    assert shown != fingerprint(SecretStr("a"), SecretStr("another"))


def test_case_matters_in_a_fingerprint_unless_the_secret_is_hexadecimal() -> None:
    upper, lower = SecretStr("A1B2"), SecretStr("a1b2")
    assert fingerprint(upper, KEY) != fingerprint(lower, KEY)
    assert fingerprint(upper, KEY, hex=True) == fingerprint(lower, KEY, hex=True)


def test_a_fingerprint_without_a_key_is_refused() -> None:
    with pytest.raises(SecretError, match="key for fingerprints is empty"):
        fingerprint(SecretStr("a"), SecretStr(""))


@given(printable, st.integers(0, 15))
def test_type_7_is_decoded_whatever_its_salt(plain: str, salt: int) -> None:
    decoded = decode("type7", encrypt_cisco_type7(plain, salt))
    assert decoded is not None
    assert decoded.get_secret_value() == plain


def test_type_7_of_a_whole_cak_is_decoded() -> None:
    """Longer than the 53 octets after which the key begins again."""
    cak, key = "0123456789abcdef" * 4, b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
    hidden = "07" + bytes(ord(c) ^ key[(7 + at) % 53] for at, c in enumerate(cak)).hex()
    assert decode("type7", hidden) == SecretStr(cak)


@given(st.text(max_size=40))
def test_no_text_breaks_the_type_7_decoder(text: str) -> None:
    decoded = decode("type7", text)
    assert decoded is None or decoded.get_secret_value().isprintable()


@pytest.mark.parametrize("text", ["", "12", "1", "121A0C04110", "zz1A0C", "cisco", "07FF", "-11A"])
def test_broken_type_7_text_is_nothing(text: str) -> None:
    assert decode("type7", text) is None


def test_plain_is_itself_and_opaque_is_nothing() -> None:
    assert decode("plain", "x") == SecretStr("x")
    assert decode("opaque", "$9$abc") is None


@given(st.lists(printable.filter(lambda v: len(v) > 3 and v not in REDACTED), min_size=1, max_size=4), st.data())
def test_no_secret_survives_cleaning(secrets: list[str], data: st.DataObject) -> None:
    pieces = data.draw(st.lists(st.sampled_from([*secrets, " ", "word", "\n"]), max_size=12))
    cleaned = redactor(*secrets).clean("".join(pieces))
    assert not [secret for secret in secrets if secret in cleaned.replace(REDACTED, "\x00")]


def test_overlapping_secrets_leave_no_tail() -> None:
    assert redactor("abc", "bcdef", "abcdefgh").clean("-abcdef-abcdefgh-aabcc-") == (
        f"-{REDACTED}-{REDACTED}-a{REDACTED}c-"
    )
    assert redactor("aba").clean("ababa") == REDACTED


def test_text_without_a_secret_stays_as_it_is() -> None:
    assert redactor("hunter2", "").clean("nothing to see\n") == "nothing to see\n"


def test_hexadecimal_is_found_in_either_case_and_words_are_not() -> None:
    assert redactor("A1b2C3d4").clean("a1b2c3d4 A1B2C3D4 A1b2C3d4") == f"{REDACTED} {REDACTED} {REDACTED}"
    assert redactor("Hunter2").clean("hunter2") == "hunter2"


@pytest.mark.parametrize("secret", ['a"b\\c', "grün/& <x>", "it's", "50%+x y"])
def test_escaped_secrets_are_found(secret: str) -> None:
    for spelt in (json.dumps(secret), json.dumps(secret, ensure_ascii=False), repr(secret), quote(secret, safe="")):
        assert REDACTED in redactor(secret).clean(f"x {spelt} y")
    assert secret not in repr(redactor(secret))


def chained(secret: str) -> BaseException:
    inner = KeyError(f"key {secret}")
    inner.add_note(f"note {secret}")
    outer = ConnectionError(5, f"refused {secret}", f"/etc/{secret}")
    outer.__cause__ = inner
    return outer


def shown(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error)


def test_an_exception_is_cleaned_through_its_whole_chain() -> None:
    error = chained("hunter2")
    assert "hunter2" in shown(error)
    cleaned = redact_exception(error, redactor("hunter2"))
    assert cleaned is error
    assert "hunter2" not in shown(cleaned)
    assert shown(cleaned).count(REDACTED) >= 4


def test_attributes_and_nested_arguments_are_cleaned() -> None:
    error = RuntimeError({"line": ["key hunter2", b"raw hunter2"]}, ("hunter2", 7))
    error.output = "hunter2"  # type: ignore[attr-defined]
    redact_exception(error, redactor("hunter2"))
    assert error.args == ({"line": [f"key {REDACTED}", f"raw {REDACTED}".encode()]}, (REDACTED, 7))
    assert vars(error) == {"output": REDACTED}


class Closed(Value):
    """A model whose validation error repeats its input."""

    size: int


def refused(secret: str) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        Closed.model_validate({"size": secret})
    assert secret in str(caught.value)
    return caught.value


def test_an_exception_that_cannot_be_cleaned_is_replaced() -> None:
    refusal = refused("hunter2")
    cleaned = redact_exception(refusal, redactor("hunter2"))
    assert isinstance(cleaned, PortsealError)
    assert "ValidationError" in str(cleaned)
    assert "hunter2" not in shown(cleaned)
    assert cleaned.__traceback__ is refusal.__traceback__


def test_a_replaced_cause_is_replaced_in_the_chain() -> None:
    refusal = refused("hunter2")
    outer = ValueError("outer")
    outer.__cause__ = refusal
    assert redact_exception(outer, redactor("hunter2")) is outer
    assert "hunter2" not in shown(outer)


def test_the_members_of_a_group_are_cleaned() -> None:
    refusal = refused("hunter2")
    group = ExceptionGroup("two for hunter2", [ValueError("hunter2"), refusal])
    cleaned = redact_exception(group, redactor("hunter2"))
    assert isinstance(cleaned, ExceptionGroup)
    assert len(cleaned.exceptions) == 2
    assert "hunter2" not in shown(cleaned)


def test_a_chain_that_is_a_ring_ends() -> None:
    one, other = ValueError("hunter2"), ValueError("hunter2")
    one.__cause__, other.__cause__ = other, one
    assert redact_exception(one, redactor("hunter2")) is one
    assert "hunter2" not in str(one) + str(other)
