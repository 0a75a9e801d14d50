from django.urls import path

from ciam.dialects.plusauth.back_ends import UnknownCall
from ciam.dialects.plusauth.user_views import User, Users

# The vendor's clients call with a slash at the end, or without, and follow no redirects (contract §7).
urlpatterns = [
    path("users", Users.as_view()),
    path("users/", Users.as_view()),
    path("users/<str:user_id>", User.as_view()),
    path("users/<str:user_id>/", User.as_view()),
    path("<path:rest>", UnknownCall.as_view()),
]
