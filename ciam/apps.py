from django.apps import AppConfig


class CiamConfig(AppConfig):
    name = "ciam"

    def ready(self) -> None:
        from ciam import celery, logs, system_checks  # noqa: F401 - they register by being imported

        logs.catch_the_rest()
