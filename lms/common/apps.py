from django.apps import AppConfig


class CommonConfig(AppConfig):
    """What every room uses and none owns: errors, time, exports, append-only tables. No domain."""

    name = "lms.common"
    label = "common"
