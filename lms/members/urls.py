from django.urls import path

from lms.members.views import account, pickers

app_name = "members"
urlpatterns = [
    path("login/", account.Login.as_view(), name="login"),
    path("logout/", account.Logout.as_view(), name="logout"),
    path("password/", account.change_password, name="change-password"),
    path("language/", account.choose_language, name="choose-language"),
    path("display/", account.choose_display, name="choose-display"),
    path("pickers/organizations/", pickers.branch, name="picker-branch"),
    path("pickers/organizations/search/", pickers.search, name="picker-search"),
    path("pickers/people/", pickers.people, name="picker-people"),
    path("pickers/people/numbers/", pickers.numbers, name="picker-numbers"),
]
