from django.urls import path

from ciam.dialects.tencent.contract_view import sign_up_contract
from ciam.dialects.tencent.views import SendOtp, SignUp

urlpatterns = [
    path("otp/send", SendOtp.as_view()),
    path("signup", SignUp.as_view()),
    path("signup/contract", sign_up_contract),
]
