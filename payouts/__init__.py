"""Claims, entitlements, source comparison, disbursement plans, batches, bank files, returns.

Owns: everything between a person at a window and money arriving on an account. Invariants: no
line is planned without a passed comparison, none instructed without every signature, none
instructed twice; a person is planned at most once per item and month in the installation.
Reads funds (accounts, books) and drafts vouchers through funds' services.
"""
