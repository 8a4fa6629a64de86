"""Celery entry points of plans."""
