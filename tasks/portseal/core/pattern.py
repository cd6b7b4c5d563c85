"""What a platform folder's patterns are."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

Pattern = Annotated[str, StringConstraints(min_length=1)]
"""A regular expression, searched in one line without its indentation. `<port>` and `<radius-address>` stand for the
switch's managed ports and RADIUS server addresses."""

Lineage = tuple[Pattern, ...]
"""One pattern a level, from the outermost section inward."""
