"""Measurements of portseal beside other ways of doing the same, on the same simulated switches. `python -m bench --help`."""
