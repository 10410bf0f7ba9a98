from django.contrib import admin

from lms.common.read_only_admin import ReadOnlyAdmin
from lms.members.models import AuditEntry, Member, Notification, Organization, RoleAssignment


@admin.register(Organization)
class OrganizationAdmin(ReadOnlyAdmin):
    list_display = ("code", "name", "kind", "path", "retired_at")
    search_fields = ("code", "name")


@admin.register(Member)
class MemberAdmin(ReadOnlyAdmin):
    list_display = ("learner_no", "full_name", "kind", "organization", "is_active")
    list_select_related = ("organization",)
    search_fields = ("learner_no", "full_name")
    exclude = ("password",)


@admin.register(RoleAssignment)
class RoleAssignmentAdmin(ReadOnlyAdmin):
    list_display = ("member", "role", "organization", "granted_at", "revoked_at")
    list_select_related = ("member", "organization")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor", "act", "object_type", "object_id")
    list_select_related = ("actor",)
    search_fields = ("act", "object_id")


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "member", "key", "read_at")
    list_select_related = ("member",)
    search_fields = ("key", "member__learner_no")
