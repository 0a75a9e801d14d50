from django.contrib import admin
from django.urls import include, path

from ciam import client_credentials, documentation, health, metrics, openid
from ciam.dialects.cloudbase.base import UnknownCall

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
    path("openapi.json", documentation.openapi),
    path("docs/", documentation.docs),
    path("admin/", admin.site.urls),
    path("oauth2/token", client_credentials.token),
    path("oauth2/jwks", openid.jwks),
    path(".well-known/openid-configuration", openid.discovery),
    path("t/<slug:slug>/oauth2/jwks", openid.jwks),
    path("t/<slug:slug>/.well-known/openid-configuration", openid.discovery),
    path("auth/v1", UnknownCall.as_view()),
    path("auth/v1/", include("ciam.dialects.cloudbase.urls")),
    path("", include("ciam.dialects.tencent.urls")),
]

handler400 = "ciam.answers.bad_request"
handler403 = "ciam.answers.permission_denied"
handler404 = "ciam.answers.not_found"
handler500 = "ciam.answers.server_error"
