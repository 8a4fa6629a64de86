"""Settings by environment: base, and dev, test, prod on top of it."""
