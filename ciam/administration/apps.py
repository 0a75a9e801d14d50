from django.contrib.admin.apps import SimpleAdminConfig


class AdministrationConfig(SimpleAdminConfig):
    """Django's admin with our site, and the pages of our registry: it looks for no `admin.py` in other apps."""

    default_site = "ciam.administration.site.Site"

    def ready(self) -> None:
        super().ready()
        from ciam.administration import registry  # noqa: F401 - registers by being imported, once all models are loaded
