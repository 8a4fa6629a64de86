"""State tables of payouts: pure, no database, no clock. One module per area.

`TRANSITIONS` of each module maps a table name to its permitted (from, to) pairs; the database
holds the same pairs (accounts_statetransition) and refuses all others.
"""
