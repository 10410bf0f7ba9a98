from django.urls import path

from certificates.views import manage, own, verification

app_name = "certificates"
urlpatterns = [
    path("", own.certificate_list, name="list"),
    path("verify/", verification.verify, name="verify"),
    path("verify/<str:code>/", verification.verify_code, name="verify-code"),
    path("manage/", manage.certificate_list, name="manage"),
    path("manage/download/", manage.download_chosen, name="download-chosen"),
    path("manage/<str:number>/revoke/", manage.revoke, name="revoke"),
    path("manage/<str:number>/retry/", manage.retry, name="retry"),
    path("<str:number>/download/", own.download, name="download"),
]
