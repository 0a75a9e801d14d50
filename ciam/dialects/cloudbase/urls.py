from django.urls import path

from ciam.dialects.cloudbase import provider_urls, sign_in_urls, user_urls
from ciam.dialects.cloudbase.base import UnknownCall

urlpatterns = [
    *sign_in_urls.urlpatterns,
    *user_urls.urlpatterns,
    *provider_urls.urlpatterns,
    path("", UnknownCall.as_view()),
    path("<path:rest>", UnknownCall.as_view()),
]
