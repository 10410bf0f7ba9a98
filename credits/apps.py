from importlib import import_module

from django.apps import AppConfig


class CreditsConfig(AppConfig):
    """The ledger of learning hours, its rules and the tables made from it."""

    name = "credits"

    def ready(self) -> None:
        import_module("credits.receivers")
