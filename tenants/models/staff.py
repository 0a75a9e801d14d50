from django.contrib.auth.models import AbstractUser


class Staff(AbstractUser):
    """Somebody who may log in to the admin; end users are `accounts.EndUser` and never can."""
