"""Fault tests: a month of the fund played by real processes that are killed, stopped, cut off.

`python3 dev.py faults` (or `make faults`) plays all of it; `test_faults.py` plays a short part.
The parts, from below: `servers` (PostgreSQL, Redis, bank of our own), `processes` (forked workers),
`points` (the fail points' other side), `city` and `deeds` (the month), `checks` (what must hold),
`injections`, `campaign`; `planted` holds the bugs that the whole must find.
"""
