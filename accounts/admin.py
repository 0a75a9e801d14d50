from django.contrib import admin

from accounts.models import EndUser
from ciam.administration.pages.end_users import EndUserAdmin

admin.site.register(EndUser, EndUserAdmin)
