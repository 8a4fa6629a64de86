"""Risk control: reads every app below it and stops money only through their services."""
