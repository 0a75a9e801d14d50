from django.urls import path

from ciam.dialects.cloudbase import provider_views as views

urlpatterns = [
    path("provider/uri", views.UriView.as_view()),
    path("provider/token", views.TokenView.as_view()),
    path("signin/with/provider", views.SignInView.as_view()),
    path("user/provider", views.ProvidersView.as_view()),
    path("user/provider/bind", views.BindView.as_view()),
    path("user/provider/<str:provider_id>", views.BoundProviderView.as_view()),
]
