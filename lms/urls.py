"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("lms.portal.urls")),
    path("account/", include("lms.members.urls")),
    path("media/", include("media_pipeline.urls")),
    path("courses/", include("courses.urls")),
    path("exams/", include("exams.urls")),
    path("credits/", include("credits.urls")),
    path("certificates/", include("certificates.urls")),
    path("operator/", admin.site.urls),
]

handler400 = "lms.portal.views.errors.bad_request"
handler403 = "lms.portal.views.errors.permission_denied"
handler404 = "lms.portal.views.errors.not_found"
handler500 = "lms.portal.views.errors.server_error"
