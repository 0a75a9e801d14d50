from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from tenants.models import Staff

admin.site.register(Staff, UserAdmin)
