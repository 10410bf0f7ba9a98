"""Log-in, log-out, password, language, display."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lms.common import clock
from lms.members import access, services
from lms.members.context import display_of
from lms.members.display import COOKIE
from lms.members.forms import LoginForm, NewPasswordForm
from lms.members.models import Member


@method_decorator(login_not_required, name="dispatch")
class Login(LoginView):
    template_name = "members/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True


class Logout(LogoutView):
    pass


@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    member = access.member_of(request)
    form = NewPasswordForm(member, request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.change_password(member=member, new_password=form.cleaned_data["new_password1"], now=clock.now())
        update_session_auth_hash(request, member)
        messages.success(request, _("Your password has been changed."))
        return redirect("portal:home")
    return render(request, "members/change_password.html", {"form": form})


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language in a cookie for a year and go back to where the person was."""
    response = HttpResponseRedirect(_way_back(request))
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        _keep(response, settings.LANGUAGE_COOKIE_NAME, language)
    return response


@login_not_required
@require_POST
def choose_display(request: HttpRequest) -> HttpResponse:
    """Keep theme, elder mode and size of text with the account, and in a cookie for the log-in page; then go back."""
    display = display_of(request).changed(request.POST)
    if isinstance(request.user, Member):
        services.choose_display(member=request.user, display=display)
    response = HttpResponseRedirect(_way_back(request))
    _keep(response, COOKIE, display.to_cookie())
    return response


def _way_back(request: HttpRequest) -> str:
    """The page the person came from (`next` of the form), or the first one."""
    target = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else "/"


def _keep(response: HttpResponse, name: str, value: str) -> None:
    """A cookie for a year that no script reads."""
    response.set_cookie(
        name,
        value,
        max_age=365 * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
