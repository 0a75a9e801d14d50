"""Every page of the admin, by the model that it shows."""

from django.contrib import admin
from django.contrib.auth.models import Group as StaffGroup

from accounts.models import BulkAction, EndUser
from ciam.administration.pages.applications import ApplicationAdmin
from ciam.administration.pages.attributes import AttributeAdmin
from ciam.administration.pages.bulk_actions import BulkActionAdmin
from ciam.administration.pages.end_users import EndUserAdmin
from ciam.administration.pages.messages_sent import DeliveryAdmin, OutboxMessageAdmin
from ciam.administration.pages.providers import IdentityProviderAdmin
from ciam.administration.pages.senders import SenderAdmin
from ciam.administration.pages.sources import OtpAuthSourceAdmin, PasswordAuthSourceAdmin
from ciam.administration.pages.staff import StaffAdmin
from ciam.administration.pages.tenants import TenantAdmin
from ciam.administration.pages.trail import AuditEntryAdmin
from otp.delivery.models import Delivery, OutboxMessage
from tenants.models import (
    Application,
    Attribute,
    AuditEntry,
    IdentityProvider,
    OtpAuthSource,
    PasswordAuthSource,
    Sender,
    Staff,
    Tenant,
)

admin.site.register(Staff, StaffAdmin)
admin.site.register(Tenant, TenantAdmin)
admin.site.register(Application, ApplicationAdmin)
admin.site.register(Attribute, AttributeAdmin)
admin.site.register(PasswordAuthSource, PasswordAuthSourceAdmin)
admin.site.register(OtpAuthSource, OtpAuthSourceAdmin)
admin.site.register(IdentityProvider, IdentityProviderAdmin)
admin.site.register(Sender, SenderAdmin)
admin.site.register(EndUser, EndUserAdmin)
admin.site.register(BulkAction, BulkActionAdmin)
admin.site.register(Delivery, DeliveryAdmin)
admin.site.register(OutboxMessage, OutboxMessageAdmin)
admin.site.register(AuditEntry, AuditEntryAdmin)
admin.site.unregister(StaffGroup)  # `pages.staff` imports Django's own page of it
