"""Values in, the text of one HTML page out: a plan to be reviewed, or a report of what was verified. Stands on core alone.

A page needs nothing else: no network, no font, no file beside it. What is read without scripts (summary, patterns, risks, what
does not pass) is HTML; scripts add search, filters, details on focus, and the differences of every single switch.
"""
