"""napalm's ios driver as it is: the lines as a file by SCP, merged into the running configuration; host keys checked as ours are.

The file is deleted after each run: one that is there already would not be copied again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from napalm import get_network_driver

from bench.clients.job import Job, Work, run


@contextmanager
def napalm(job: Job) -> Iterator[Work]:
    options = {
        "port": job.port,
        "ssh_strict": True,
        "alt_host_keys": True,
        "alt_key_file": job.known_hosts,
        "dest_file_system": "flash:",
    }
    driver = get_network_driver("ios")(job.host, job.user, job.password, timeout=60, optional_args=options)
    driver.open()

    def push(lines: tuple[str, ...]) -> str:
        driver.load_merge_candidate(config="".join(f"{line}\n" for line in (*lines, "end")))
        driver.commit_config()
        return ""

    def read(commands: tuple[str, ...]) -> str:
        return "".join(driver.cli(list(commands)).values())

    yield Work(push, read)
    driver.device.send_command("delete /force flash:/merge_config.txt")
    driver.close()


if __name__ == "__main__":
    run(napalm)
