"""The base of everything that the server refuses to do; each app names its own refusals after what happened."""


class Refusal(Exception):
    """A request that was understood and is not granted; every dialect has a row for each class below it."""

    is_guess = False  # the call showed a secret, or named a client, that is none: `tenants.refusals` counts it
    is_of_somebody = False  # the call has shown who it is about, by a proof or a code that was sent


class SignUpDisabled(Refusal):
    """The application's sign-up flow is off."""


class UnconfiguredAttributes(Refusal):
    """The tenant knows the attribute, but the application's sign-up flow does not ask for it."""
