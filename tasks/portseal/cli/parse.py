"""`portseal parse`: what a platform's parsers make of a text, for tools and for whoever writes a platform folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from portseal.cli.options import SiteDir


def parse(
    platform: Annotated[str, typer.Argument(help="Name of a platform folder, shipped or the site's own.")],
    command: Annotated[str, typer.Argument(help="The show command as one types it, in quotation marks.")],
    file: Annotated[str, typer.Argument(help="What the switch printed; `-` is standard input.")] = "-",
    site: SiteDir = Path(),
) -> None:
    """Print what COMMAND's output in FILE says, as JSON; exit 1 where the text is not understood.

    Example: `portseal parse PLATFORM "show mka sessions" captured.txt`
    """
    from portseal.core.errors import InputError
    from portseal.core.parsing import parse as rows_of
    from portseal.core.platforms import load_pack, platform_folders

    folders = platform_folders(site / "platforms")
    if platform not in folders:
        raise InputError(f"there is no platform {platform!r}; there are {', '.join(sorted(folders))}")
    try:
        read = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}") from error
    rows = rows_of(load_pack(folders[platform]), folders[platform], command, read.decode("utf-8", errors="replace"))
    typer.echo(json.dumps({"platform": platform, "command": command, "rows": rows}, indent=1, ensure_ascii=False))
