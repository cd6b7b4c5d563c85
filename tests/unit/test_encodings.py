"""Secrets as switches show them: what can be decoded is, and what cannot never passes for a secret."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from portseal.core.encodings import decode

with warnings.catch_warnings():  # of `crypt`, which has nothing to do with it
    warnings.simplefilter("ignore", DeprecationWarning)
    from netutils.password import encrypt_juniper_type9

printable = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=64)


@given(plain=printable)
def test_text_behind_dollar_9_is_decoded_whatever_its_salt(plain: str) -> None:
    assert decode("dollar9", encrypt_juniper_type9(plain).removeprefix("$9$")) == SecretStr(plain)


@given(text=st.text(max_size=60))
def test_no_text_breaks_the_decoder_of_dollar_9(text: str) -> None:
    decoded = decode("dollar9", text)
    assert decoded is None or decoded.get_secret_value().isprintable()


@pytest.mark.parametrize("text", ["", "Q", "QTQXznCOBEreWtuv", "hello world", "$9$QTQXznCOBEreWtuvL"])
def test_what_is_no_whole_text_behind_dollar_9_is_not_decoded(text: str) -> None:
    assert decode("dollar9", text) is None
