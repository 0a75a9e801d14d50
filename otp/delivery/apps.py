from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "otp.delivery"
    label = "delivery"
