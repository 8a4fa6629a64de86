"""Coming in, going out, and the password."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils import timezone

from accounts.forms import LogInForm, NewPasswordForm
from accounts.middleware import outside_tenant
from accounts.models import User
from accounts.services import people, sessions
from common.actor import Job
from common.http import TenantRequest
from common.tenancy import tenant_transaction

NOTICES = {
    "idle": "您较长时间没有操作，系统已自动退出，请重新登录。",
    "ended": "本次登录已结束，请重新登录。",
}


class LogIn(auth_views.LoginView):
    """Ask for staff number and password; write down who came in from where."""

    template_name = "accounts/login.html"
    authentication_form = LogInForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Sign in, then record the session in the person's own pool."""
        response = super().form_valid(form)
        user = form.get_user()
        assert isinstance(user, User)
        with tenant_transaction(Job(user.pool_id, "sign in")):
            sessions.record_log_in(user=user, request=self.request, at=timezone.now())
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Show the form again, as a refused one (422)."""
        response = super().form_invalid(form)
        response.status_code = 422
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add why the person has to come in again, if there is a reason."""
        notice = NOTICES.get(self.request.GET.get("reason", ""), "")
        return super().get_context_data(notice=notice, **kwargs)


class LogOut(auth_views.LogoutView):
    """End this session."""

    def post(self, request: TenantRequest, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        """Record the end, then flush the session."""
        if request.user.is_authenticated:
            sessions.record_log_out(
                actor=request.actor,
                session_key=request.session.session_key or "",
                at=timezone.now(),
            )
        return super().post(request, *args, **kwargs)


class PasswordChange(auth_views.PasswordChangeView):
    """A new password; ends the person's other sessions."""

    template_name = "accounts/password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("accounts:me")
    request: TenantRequest

    def form_valid(self, form: Any) -> HttpResponse:
        """Save, rotate this session's key, and record it."""
        old_key = self.request.session.session_key or ""
        response = super().form_valid(form)
        people.record_new_password(
            actor=self.request.actor,
            old_key=old_key,
            new_key=self.request.session.session_key or "",
            at=timezone.now(),
        )
        messages.success(self.request, "密码已修改，其他设备上的登录已结束")
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the form again, as a refused one (422)."""
        response = super().form_invalid(form)
        response.status_code = 422
        return response


login = outside_tenant(LogIn.as_view())
logout = LogOut.as_view()
password_change = PasswordChange.as_view()


def locked_out(
    request: HttpRequest, _response: HttpResponse | None, _credentials: dict[str, Any] | None
) -> HttpResponse:
    """Answer log-in attempts while locked out: how long it lasts, and who can help (429)."""
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    notice = (
        f"连续 {settings.AXES_FAILURE_LIMIT} 次输错密码，本工号在此地址的登录已锁定。"
        f"请在 {minutes} 分钟后重试；急需办理的，请联系市级安全管理员解锁。"
    )
    context = {"form": LogInForm(request), "notice": notice}
    return render(request, "accounts/login.html", context, status=429)
