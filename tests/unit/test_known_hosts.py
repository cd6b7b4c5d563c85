"""What a known_hosts file says of one host: the same as paramiko reads, without reading all of it for each connection."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from paramiko import HostKeys, SSHException

from portseal.transport.known_hosts import host_keys


def _public(seed: int, kind: str = "ssh-ed25519") -> str:
    body = b"".join(len(part).to_bytes(4, "big") + part for part in (b"ssh-ed25519", bytes([seed]) * 32))
    return f"{kind} {base64.b64encode(body).decode()}"


HOSTS = ("192.0.2.1", "[192.0.2.1]:2222", "acc-01", "192.0.2.10")
HASHED = {host: HostKeys.hash_host(host) for host in HOSTS}

names = st.lists(st.sampled_from([*HOSTS, *HASHED.values(), "*", "192.0.2.?"]), min_size=1, max_size=3, unique=True)
rows = st.one_of(
    st.builds(lambda who, seed: f"{','.join(who)} {_public(seed)} a comment", names, st.integers(1, 5)),
    st.builds(lambda who, seed: f"{','.join(who)} {_public(seed, 'ssh-strange')}", names, st.integers(1, 5)),
    st.sampled_from(["", "# a remark", "acc-01", "acc-01 ssh-ed25519"]),
)


@given(lines=st.lists(rows, max_size=8), host=st.sampled_from(HOSTS))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_host_has_the_keys_that_paramiko_finds(lines: list[str], host: str, tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_text("".join(f"{line}\n" for line in lines))
    os.utime(file, ns=(0, hash((*lines, host)) % 10**15))  # two examples within one tick of the file system's clock
    theirs = HostKeys(str(file)).lookup(host)
    assert {key.get_name(): key for key in host_keys(file, host)} == (dict(theirs.items()) if theirs else {})


def test_a_file_that_was_changed_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    assert host_keys(file, "acc-01") == ()
    file.write_text(f"acc-01 {_public(1)}\n")
    (before,) = host_keys(file, "acc-01")
    file.write_text(f"acc-01 {_public(2)}\nacc-02 {_public(1)}\n")
    (after,) = host_keys(file, "acc-01")
    assert (before, after) == (host_keys(file, "acc-02")[0], host_keys(file, "acc-01")[0])
    assert before != after


def test_a_line_without_a_key_hurts_only_its_own_host(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_text(f"acc-01 {_public(1)}\nacc-02 ssh-ed25519 A\n")
    assert len(host_keys(file, "acc-01")) == 1
    with pytest.raises(SSHException, match="known_hosts, line 2: holds no key; correct it, or delete it"):
        host_keys(file, "acc-02")


def test_a_revoked_key_is_no_key(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_text(f"acc-01,acc-02 {_public(1)}\n@revoked acc-01 {_public(1)}\n@cert-authority * {_public(2)}\n")
    assert host_keys(file, "acc-01") == ()
    assert len(host_keys(file, "acc-02")) == 1
