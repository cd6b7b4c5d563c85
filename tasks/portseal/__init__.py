"""portseal seals camera ports: inventory → intent → rendered → plan → push → observed → verdict → report."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("portseal")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0+unknown"
