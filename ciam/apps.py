from django.apps import AppConfig


class CiamConfig(AppConfig):
    name = "ciam"

    def ready(self) -> None:
        from ciam import celery  # noqa: F401 - tasks find their application by its existence
