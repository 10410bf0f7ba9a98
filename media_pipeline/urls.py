from django.urls import URLPattern, URLResolver, path

from media_pipeline.views import assets, playback, uploads

app_name = "media_pipeline"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", assets.asset_list, name="asset-list"),
    path("upload/", uploads.upload, name="upload"),
    path("<uuid:asset_id>/", assets.asset_detail, name="asset-detail"),
    path("<uuid:asset_id>/progress/", assets.asset_progress, name="asset-progress"),
    path("<uuid:asset_id>/retry/", assets.asset_retry, name="asset-retry"),
    path("<uuid:asset_id>/cancel/", assets.asset_cancel, name="asset-cancel"),
    path("<uuid:asset_id>/preview/", assets.asset_preview, name="asset-preview"),
    path("hls/<str:token>/<path:path>", playback.hls, name="hls"),
]
