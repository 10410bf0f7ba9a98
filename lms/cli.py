"""The `lms` command: Django's management commands under one name."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run `lms COMMAND ..`; a dash in the command's name may be written for an underscore."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    argv = ["lms", *sys.argv[1:]]
    if len(argv) > 1 and not argv[1].startswith("-"):
        argv[1] = argv[1].replace("-", "_")
    try:
        execute_from_command_line(argv)
    except ImproperlyConfigured as error:
        sys.exit(f"lms: {error}")
