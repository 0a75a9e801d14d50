from django.contrib import admin
from django.urls import include, path

from ciam import documentation, health, metrics, openid
from ciam.dialects.cloudbase.base import UnknownCall
from ciam.dialects.plusauth.sign_up_views import SendCode
from ciam.hosted import (
    authorization_views,
    consent_views,
    front_page,
    login_views,
    logout_views,
    third_party_views,
    verification_views,
    views,
)
from ciam.hosted.strength import Strength
from ciam.sign_up import sign_up

urlpatterns = [
    path("", front_page.front_page),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
    path("openapi.json", documentation.openapi),
    path("docs/", documentation.docs),
    path("admin/", admin.site.urls),
    path("oauth2/jwks", openid.jwks),
    path(".well-known/openid-configuration", openid.discovery),
    path("t/<slug:slug>/oauth2/jwks", openid.jwks),
    path("t/<slug:slug>/.well-known/openid-configuration", openid.discovery),
    path("oauth2/authorize", authorization_views.authorize),
    path("oauth2/auth", authorization_views.authorize),
    path("oauth2/continue", authorization_views.proceed),
    path("login", login_views.LogIn.as_view()),
    path("login/code", login_views.SendCode.as_view()),
    path("login/verify", login_views.Verify.as_view()),
    path("login/reset", login_views.Reset.as_view()),
    path("login/reset/code", login_views.SendResetCode.as_view()),
    path("login/consent", consent_views.Consent.as_view()),
    path("login/with/<str:key>", third_party_views.go_out),
    path("login/callback/<str:key>", third_party_views.come_back),
    path("logout", logout_views.log_out),
    path("logout/confirm", logout_views.Confirm.as_view()),
    path("account/verifyEmail", verification_views.VerifyEmail.as_view()),
    path("account/verifyEmail/resend", verification_views.Resend.as_view()),
    path("auth/v1", UnknownCall.as_view()),
    path("auth/v1/", include("ciam.dialects.cloudbase.urls")),
    path("signup", sign_up),
    path("signup/code", SendCode.as_view()),
    path("signup/strength", Strength.as_view()),
    path("signup/logo", views.logo),
    path("api/v1/", include("ciam.dialects.plusauth.urls")),
    path("", include("ciam.dialects.tencent.urls")),
]

handler400 = "ciam.answers.bad_request"
handler403 = "ciam.answers.permission_denied"
handler404 = "ciam.answers.not_found"
handler500 = "ciam.answers.server_error"
