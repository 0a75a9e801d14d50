"""The signed-in user, captchas, and users without a name."""

from django.urls import path

from ciam.dialects.cloudbase import anonymous_views, captcha_views
from ciam.dialects.cloudbase import user_lookup_views as lookup
from ciam.dialects.cloudbase import user_profile_views as profile
from ciam.dialects.cloudbase import user_security_views as security

urlpatterns = [
    path("user/me", profile.Me.as_view()),
    path("user/profile", profile.Profile.as_view()),
    path("user/basic/edit", profile.BasicEdit.as_view()),
    path("user/sudo", security.Sudo.as_view()),
    path("user/password", security.Password.as_view()),
    path("user/contact", security.Contact.as_view()),
    path("user/revoke/all", security.RevokeAll.as_view()),
    path("user/authorized/devices/<str:device_id>", security.Device.as_view()),
    path("user/query", lookup.Query.as_view()),
    path("user/security/history", lookup.SecurityHistory.as_view()),
    path("reset", security.Reset.as_view()),
    path("checkIfUserExist", lookup.CheckIfUserExist.as_view()),
    path("captcha/data", captcha_views.CaptchaData.as_view()),
    path("captcha/data/verify", captcha_views.CaptchaVerify.as_view()),
    path("signin/anonymously", anonymous_views.SignInAnonymously.as_view()),
]
