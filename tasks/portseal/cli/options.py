"""Options that verbs share, so that they are called and explained the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SiteDir = Annotated[
    Path,
    typer.Option(
        "-s", "--site", help="The site: a directory with cameras.csv, profiles.toml, hosts.yaml.", show_default="."
    ),
]

Limit = Annotated[
    str | None,
    typer.Option("--limit", help="Only these switches: names, globs, `group:NAME`, separated by commas."),
]
