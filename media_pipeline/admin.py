from django.contrib import admin

from lms.common.read_only_admin import ReadOnlyAdmin
from media_pipeline.models import MediaAsset, Rendition, WorkUnit


@admin.register(MediaAsset)
class MediaAssetAdmin(ReadOnlyAdmin):
    list_display = (
        "title",
        "organization",
        "state",
        "version",
        "published_version",
        "failure_code",
        "created_at",
    )
    list_filter = ("state", "failure_code")
    list_select_related = ("organization",)
    search_fields = ("title", "original_name", "sha256")


@admin.register(WorkUnit)
class WorkUnitAdmin(ReadOnlyAdmin):
    list_display = (
        "asset",
        "version",
        "kind",
        "state",
        "attempts",
        "worker",
        "lease_expires_at",
        "error_code",
    )
    list_filter = ("state", "kind", "error_code")
    list_select_related = ("asset",)


@admin.register(Rendition)
class RenditionAdmin(ReadOnlyAdmin):
    list_display = ("asset", "version", "name", "width", "height", "peak_bandwidth", "codecs")
    list_select_related = ("asset",)
