"""Switches in software: SSH servers that speak a platform's CLI, written from what vendors document."""
