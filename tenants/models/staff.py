from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.auth.password_validation import validate_password
from django.db import models


class StaffManager(UserManager["Staff"]):
    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> "Staff":
        """Make an account, also for the command `createsuperuser`, which judges no password that it is given.

        Raises ValidationError for a weak password.
        """
        if password is not None:
            validate_password(password, self.model(username=username, email=email or ""))
        return super().create_superuser(username, email, password, **fields)


class Staff(AbstractUser):
    """Somebody who may log in to the admin; end users are `accounts.EndUser` and never can."""

    objects: ClassVar[StaffManager] = StaffManager()

    class Meta:
        verbose_name = "member of staff"
        verbose_name_plural = "staff"


class SecondFactor(models.Model):
    """The authenticator app of a member of staff (RFC 6238); it counts from its first right code on."""

    staff = models.OneToOneField(Staff, models.CASCADE, primary_key=True, related_name="second_factor")
    sealed_secret = models.TextField(editable=False)
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)  # a code of this step or an earlier one is spent
