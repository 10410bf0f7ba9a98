"""The `lms` command: Django's management commands under one name."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run `lms COMMAND ..`; a dash in the command's name may be written for an underscore.

    What somebody who runs a site can mend (a setting, a database that is away) ends in one line, not in a
    traceback.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db.utils import OperationalError

    argv = ["lms", *sys.argv[1:]]
    if len(argv) > 1 and not argv[1].startswith("-"):
        argv[1] = argv[1].replace("-", "_")
    try:
        execute_from_command_line(argv)
    except ImproperlyConfigured as error:
        sys.exit(f"lms: {error}")
    except OperationalError as error:
        if "--traceback" in argv:
            raise
        reason = " ".join(str(error).split())
        sys.exit(f"lms: the database cannot be used: {reason} (`lms doctor` says more, --traceback where)")
    except BrokenPipeError:  # `lms doctor | head`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except KeyboardInterrupt:
        sys.exit(130)
