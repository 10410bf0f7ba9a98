from django.apps import AppConfig


class MembersConfig(AppConfig):
    """Who there is: organizations, members, roles, log-in and the audit trail."""

    name = "lms.members"
    label = "members"
