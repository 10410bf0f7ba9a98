from importlib import import_module

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """Certificates of completed courses: issue, file, verification, revocation."""

    name = "certificates"

    def ready(self) -> None:
        import_module("certificates.receivers")
