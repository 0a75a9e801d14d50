from django.contrib import admin
from django.urls import include, path

from ciam import documentation, health, metrics

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
    path("openapi.json", documentation.openapi),
    path("docs/", documentation.docs),
    path("admin/", admin.site.urls),
    path("", include("ciam.dialects.tencent.urls")),
]

handler400 = "ciam.answers.bad_request"
handler403 = "ciam.answers.permission_denied"
handler404 = "ciam.answers.not_found"
handler500 = "ciam.answers.server_error"
