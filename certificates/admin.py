from django.contrib import admin

from certificates.models import Certificate, IssuerCounter
from lms.common.read_only_admin import ReadOnlyAdmin


@admin.register(Certificate)
class CertificateAdmin(ReadOnlyAdmin):
    list_display = ("number", "member", "course", "state", "issued_at", "rendered_at", "failure_code")
    list_select_related = ("member", "course")
    list_filter = ("state", "year")
    search_fields = ("number", "serial", "member__learner_no")


@admin.register(IssuerCounter)
class IssuerCounterAdmin(ReadOnlyAdmin):
    list_display = ("organization", "year", "last")
    list_select_related = ("organization",)
