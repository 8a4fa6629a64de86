"""Measures the four mass jobs against raw SQL on the same rows: `python3 dev.py bench`."""
