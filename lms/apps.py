from django.apps import AppConfig


class SchoolConfig(AppConfig):
    """The project itself: its commands (serve, doctor, demo) and its templates."""

    name = "lms"
    label = "school"
