"""`portseal sim`: a site's switches in software, and a copy of the site that leads to them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from netmiko import ConnectHandler

from portseal.cli.sim import sim, write_copy
from portseal.core.errors import InputError
from portseal.simulator.campus import demo_secrets, site_specs
from portseal.simulator.farm import Farm
from portseal.site import open_site

pytestmark = pytest.mark.source_tree


def test_a_copy_of_the_site_leads_to_the_simulated_switches_and_nowhere_else(repository: Path, tmp_path: Path) -> None:
    opened = open_site(repository / "inventory" / "example-campus")
    known = {**demo_secrets(opened.site), "login/simulator": "pw"}
    specs = site_specs(opened.site, known)
    with Farm(specs[:-1], username="admin", password="pw") as farm:
        copy = tmp_path / "copy"
        write_copy(opened, copy, farm, known, "admin")
        again = open_site(copy)
        hosts = again.nornir.inventory.hosts
        assert {host.hostname for host in hosts.values()} == {"127.0.0.1"}
        assert [hosts[spec.name].port for spec in specs] == [*(switch.port for switch in farm), 9]
        assert again.settings.secrets.sources == ("file:secrets.age",)
        assert again.site.cameras == opened.site.cameras
        assert (copy / "known_hosts").read_text() == farm.known_hosts()
        assert stat.S_IMODE((copy / "age-identity.txt").stat().st_mode) == 0o600
        everything = b"".join(path.read_bytes() for path in copy.iterdir())
        assert not [ref for ref, secret in known.items() if len(secret) > 8 and secret.encode() in everything]


def test_the_host_key_of_known_hosts_is_the_one_that_is_shown(repository: Path, tmp_path: Path) -> None:
    opened = open_site(repository / "inventory" / "example-campus")
    with Farm(site_specs(opened.site, demo_secrets(opened.site))[:1], username="admin", password="pw") as farm:
        (tmp_path / "known_hosts").write_text(farm.known_hosts())
        switch = next(iter(farm))
        client = ConnectHandler(
            device_type="cisco_xe",
            host=switch.host,
            port=switch.port,
            username="admin",
            password="pw",
            ssh_strict=True,
            alt_host_keys=True,
            alt_key_file=str(tmp_path / "known_hosts"),
        )
        assert client.find_prompt() == f"{switch.name}#"
        client.disconnect()


def test_a_directory_that_is_there_is_not_written_over(repository: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is there already"):
        sim(repository / "inventory" / "example-campus", write=tmp_path)
