"""The base of everything that the server refuses to do; each app names its own refusals after what happened."""


class Refusal(Exception):
    """A request that was understood and is not granted; every dialect has a row for each class below it."""


class SignUpDisabled(Refusal):
    """The application's sign-up flow is off."""


class UnconfiguredAttributes(Refusal):
    """The tenant knows the attribute, but the application's sign-up flow does not ask for it."""
