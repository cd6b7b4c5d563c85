"""A real 802.1X network on one Linux machine: see docs/lab.md."""
