"""What pushes, reads or logs in: one module a way of doing it, each a process of its own.

Each takes one job of JSON on its standard input (`Job` in bench.clients.job) and answers with one line of JSON. Importing its libraries is not measured.
"""
