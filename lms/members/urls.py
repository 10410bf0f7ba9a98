from django.urls import path

from lms.members.views import account

app_name = "members"
urlpatterns = [
    path("login/", account.Login.as_view(), name="login"),
    path("logout/", account.Logout.as_view(), name="logout"),
    path("password/", account.change_password, name="change-password"),
    path("language/", account.choose_language, name="choose-language"),
    path("display/", account.choose_display, name="choose-display"),
]
