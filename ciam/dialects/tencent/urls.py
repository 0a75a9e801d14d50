from django.urls import path

from ciam.dialects.tencent.contract_view import sign_up_contract
from ciam.dialects.tencent.password_views import ChangePassword, ResetPassword
from ciam.dialects.tencent.token_views import Revoke, Token
from ciam.dialects.tencent.user_views import UserInfo
from ciam.dialects.tencent.views import SendOtp

urlpatterns = [
    path("oauth2/token", Token.as_view()),
    path("oauth2/revoke", Revoke.as_view()),
    path("userinfo", UserInfo.as_view()),
    path("change_user_password", ChangePassword.as_view()),
    path("reset_user_password", ResetPassword.as_view()),
    path("otp/send", SendOtp.as_view()),
    path("signup/contract", sign_up_contract),
]
