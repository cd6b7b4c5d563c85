"""Switches in software, for rehearsal, the demo and the tests; docs/simulator.md has what they can do.

They know nothing of the platform folders: their grammar is written from what vendors document, so that a wrong line of
ours is refused here as it would be there.
"""
