"""portseal seals camera ports: inventory → intent → rendered → plan → push → observed → verdict → report."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    __version__: str
else:

    def __getattr__(name: str) -> str:
        """`__version__`, looked up once it is asked for: that costs more than all the rest of `portseal --help`."""
        if name != "__version__":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("portseal")
        except PackageNotFoundError:  # run from a source tree that was never installed
            return "0+unknown"
