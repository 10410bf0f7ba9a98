from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Pages composed of other rooms' queries; no models."""

    name = "lms.portal"
    label = "portal"
