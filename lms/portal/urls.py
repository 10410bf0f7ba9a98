from django.urls import path

from lms.portal.views import home

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
]
