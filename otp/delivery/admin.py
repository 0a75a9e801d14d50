from django.contrib import admin

from ciam.administration.pages.messages_sent import DeliveryAdmin, OutboxMessageAdmin
from otp.delivery.models import Delivery, OutboxMessage

admin.site.register(Delivery, DeliveryAdmin)
admin.site.register(OutboxMessage, OutboxMessageAdmin)
