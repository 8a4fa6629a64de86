"""Play the bank: an independent process whose journal says what was really paid.

Shares no code with the application, so that an error in one is not repeated in the other.
"""
