"""The Django project: wiring only, no business word inside."""

from recovery.celery import app as celery_app

__all__ = ["celery_app"]
