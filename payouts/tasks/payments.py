"""Celery entry points of payments."""
