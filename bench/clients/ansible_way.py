"""`ansible-playbook` with `cisco.ios.ios_config`, a play with one task. `python -m bench.clients.ansible_way [tuned]`.

It connects by paramiko, the quicker of its two. `tuned` sets the time that network_cli waits for more after each read (ANSIBLE_PERSISTENT_BUFFER_READ_TIMEOUT) from 0.1 s to 1 ms.
The whole command counts, since nobody has Ansible's connection without its start.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.clients.job import Job
from bench.measure import measured

COLLECTIONS = Path(__file__).parents[2] / ".bench" / "collections"
_PR_SET_CHILD_SUBREAPER = 36
_PLAY = """\
- hosts: all
  gather_facts: false
  tasks:
    - cisco.ios.ios_config:
        src: {file}
"""


def main() -> None:
    job = Job(**json.load(sys.stdin))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / ".ssh").mkdir()
        (folder / ".ssh" / "known_hosts").write_text(
            Path(job.known_hosts).read_text(encoding="ascii"), encoding="ascii"
        )
        (folder / "lines.cfg").write_text("\n".join(job.lines) + "\n", encoding="utf-8")
        (folder / "play.yaml").write_text(_PLAY.format(file=folder / "lines.cfg"), encoding="utf-8")
        host = {
            "ansible_host": job.host,
            "ansible_port": job.port,
            "ansible_user": job.user,
            "ansible_password": job.password,
            "ansible_connection": "ansible.netcommon.network_cli",
            "ansible_network_os": "cisco.ios.ios",
            "ansible_network_cli_ssh_type": "paramiko",
            "ansible_command_timeout": 300,
        }
        inventory = {"all": {"hosts": {job.switch: host}}}
        (folder / "inventory.yaml").write_text(json.dumps(inventory), encoding="utf-8")  # JSON is YAML
        environment = {
            **os.environ,
            "HOME": name,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
            "ANSIBLE_HOST_KEY_CHECKING": "true",
            "ANSIBLE_HOME": f"{name}/ansible",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_PERSISTENT_CONNECT_TIMEOUT": "60",
            "ANSIBLE_PERSISTENT_COMMAND_TIMEOUT": "300",
            **({"ANSIBLE_PERSISTENT_BUFFER_READ_TIMEOUT": "0.001"} if sys.argv[1:] == ["tuned"] else {}),
        }
        call = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", "inventory.yaml", "play.yaml"]
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
        began = time.perf_counter()
        with measured() as cost:
            done = subprocess.run(call, capture_output=True, text=True, cwd=folder, env=environment, check=False)
            seconds = time.perf_counter() - began
            _end_orphans()
        if done.returncode or "changed=1" not in done.stdout:
            raise SystemExit(f"ansible-playbook: {done.stdout[-3000:]}\n{done.stderr[-2000:]}")
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    answer = {"seconds": seconds, "cpu_seconds": cost.cpu_seconds, "peak_mb": largest}
    print(json.dumps({"login_seconds": None, "work_seconds": None, **answer}))


def _end_orphans() -> None:
    """End the connection's process, which Ansible leaves behind for the next play, so that what it took can be counted."""
    for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split():
        os.kill(int(child), signal.SIGTERM)
        os.waitpid(int(child), 0)


if __name__ == "__main__":
    main()
