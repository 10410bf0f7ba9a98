"""The online party school: the Django project and its wiring."""

from lms.celery import app as celery_app

__all__ = ["celery_app"]
