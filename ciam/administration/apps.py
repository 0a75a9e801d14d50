from django.contrib.admin.apps import AdminConfig


class AdministrationConfig(AdminConfig):
    """Django's admin, with our site in the place of its own."""

    default_site = "ciam.administration.site.Site"
