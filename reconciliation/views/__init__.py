"""Screens of reconciliation."""
