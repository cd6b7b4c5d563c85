"""nornir with nornir-netmiko over many switches. `python -m bench.clients.nornir_way send_config|unverified|read|connect` takes many jobs' worth:
`{"switches": {name: port}, "known_hosts": ..., "lines": [...], "commands": [...], "workers": 50}`.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from nornir import InitNornir
from nornir.core.task import AggregatedResult
from nornir_netmiko.tasks import netmiko_send_command, netmiko_send_config

from bench.measure import measured


def main() -> None:
    how, job = sys.argv[1], json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        hosts = {
            name: {
                "hostname": "127.0.0.1",
                "port": port,
                "username": "admin",
                "password": "bench-password",
                "platform": "cisco_xe",
                "connection_options": {
                    "netmiko": {
                        "extras": {"ssh_strict": True, "alt_host_keys": True, "alt_key_file": job["known_hosts"]}
                    }
                },
            }
            for name, port in job["switches"].items()
        }
        (Path(folder) / "hosts.yaml").write_text(json.dumps(hosts), encoding="utf-8")  # JSON is YAML
        nornir = InitNornir(
            runner={"plugin": "threaded", "options": {"num_workers": job.get("workers", 50)}},
            inventory={
                "plugin": "SimpleInventory",
                "options": {
                    "host_file": f"{folder}/hosts.yaml",
                    "group_file": f"{folder}/none",
                    "defaults_file": f"{folder}/none",
                },
            },
            logging={"enabled": False},
        )
    with measured() as cost:
        if how == "connect":
            _good(nornir.run(task=lambda task: task.host.get_connection("netmiko", task.nornir.config) and None))
        elif how == "read":
            for command in job["commands"]:
                _good(nornir.run(task=netmiko_send_command, command_string=command, read_timeout=120))
        else:
            more: dict[str, Any] = {} if how == "send_config" else {"cmd_verify": False}
            _good(nornir.run(task=netmiko_send_config, config_commands=job["lines"], read_timeout=300, **more))
        nornir.close_connections()
    print(json.dumps({"seconds": cost.seconds, "cpu_seconds": cost.cpu_seconds, "peak_mb": cost.peak_mb}))


def _good(result: AggregatedResult) -> None:
    if result.failed:
        raise SystemExit(f"nornir failed: {next(iter(result.failed_hosts.values()))}")


if __name__ == "__main__":
    main()
