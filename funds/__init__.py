"""Books, bank accounts, periods, vouchers, balances, and the money plans they need.

Owns: the ledger. Invariants: a posted voucher balances, never changes, and carries a number
without gaps in its book and month; one live voucher per source; no book meets another.
Knows accounts below it; payouts and reconciliation call its services, never its tables' SQL.
"""
