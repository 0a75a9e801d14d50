"""Signing up on the way in: a code that was sent to log in makes an end user of who has none (contract tencent §4)."""

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts import end_users
from accounts.codes import ATTRIBUTES
from accounts.end_users import NewEndUser
from accounts.errors import EndUserNotFound
from accounts.models import EndUser
from otp.addresses import mask
from otp.challenges import ProvenChallenge
from tenants import audit
from tenants.configuration import ApplicationConfiguration
from tenants.models import Channel

RACES_ALLOWED = 3


def sign_up(*, application: ApplicationConfiguration, proof: ProvenChallenge, typed: str, now: datetime) -> EndUser:
    """An end user with nothing but the proven address, in the group of the sign-up flow; or who was faster to have it.

    In the caller's transaction, which redeems the proof. Who only claimed the address loses it. Raises EndUserNotFound
    where the flow is off, or does not ask for such an address.
    """
    name = ATTRIBUTES[Channel(proof.channel)]
    if not (application.sign_up.enabled and application.sign_up.accepts(name)):
        raise EndUserNotFound
    tenant_id, group_id = application.tenant.id, application.sign_up.default_group_id
    if name == "email":
        new = NewEndUser(email=proof.address, email_typed=typed, group_id=group_id)
    else:
        new = NewEndUser(phone_number=proof.address, group_id=group_id)
    for _ in range(RACES_ALLOWED):
        holders = end_users.find_holders(tenant_id, phone_number=new.phone_number, email=new.email)
        if holders.taken:
            return EndUser.objects.get(tenant_id=tenant_id, **{name: proof.address})
        try:
            with transaction.atomic():
                end_users.take_claims_over(tenant_id, new, holders.claimed)
                end_user = end_users.create(tenant_id, new, now)
                _record(application, proof, end_user, now)
                return end_user
        except IntegrityError as error:
            lost = error
    raise lost


def _record(application: ApplicationConfiguration, proof: ProvenChallenge, end_user: EndUser, now: datetime) -> None:
    audit.record(
        "sign_up",
        tenant_id=application.tenant.id,
        now=now,
        actor=audit.application_actor(application.client_id),
        subject=mask(proof.address),
        about=end_user.id,
        detail={"way": "log-in"},
    )
