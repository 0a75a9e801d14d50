from tenants.models.application import Application, ApplicationOrigin, ClientSecret, Publication
from tenants.models.attribute import Attribute
from tenants.models.audit_entry import AuditEntry
from tenants.models.counter import Counter
from tenants.models.flow import LoginFlow, LoginSource, SignUpAttribute, SignUpFlow
from tenants.models.sender import Sender
from tenants.models.source import Channel, IdentityProvider, OtpAuthSource, PasswordAuthSource
from tenants.models.staff import SecondFactor, Staff
from tenants.models.tenant import Domain, Group, Tenant

__all__ = [
    "Application",
    "ApplicationOrigin",
    "Attribute",
    "AuditEntry",
    "Channel",
    "ClientSecret",
    "Counter",
    "Domain",
    "Group",
    "IdentityProvider",
    "LoginFlow",
    "LoginSource",
    "OtpAuthSource",
    "PasswordAuthSource",
    "Publication",
    "SecondFactor",
    "Sender",
    "SignUpAttribute",
    "SignUpFlow",
    "Staff",
    "Tenant",
]
