"""Month end: business against ledger, ledger against bank, batch against return.

Owns: reconciliation runs, differences and how each was closed, the offices' signed statements,
balance adjustments. Reads payouts and funds; changes neither.
"""
