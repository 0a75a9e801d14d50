from django.urls import path

from ciam.dialects.cloudbase import sign_in_views, token_views, verification_views

urlpatterns = [
    path("verification", verification_views.SendVerification.as_view()),
    path("verification/verify", verification_views.VerifyCode.as_view()),
    path("signup", sign_in_views.SignUp.as_view()),
    path("signin", sign_in_views.SignIn.as_view()),
    path("token", token_views.Token.as_view()),
    path("token/clientCredential", token_views.ClientCredential.as_view()),
    path("token/introspect", token_views.Introspect.as_view()),
    path("revoke", sign_in_views.Revoke.as_view()),
    path("user/signout", sign_in_views.SignOut.as_view()),
]
