"""A row of any table for one tenant, with the rows that it refers to."""

from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, Model
from model_bakery import baker

from tenants.models import LoginSource, PasswordAuthSource, Tenant

MODELS = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}


def make_row(table: str, tenant: Tenant, **relations: Any) -> Any:
    """Make the row and its required relations, all of this tenant, but for the relations that are given."""
    model = MODELS[table]
    if model is Tenant:
        return tenant
    given = _tenant_of(model, tenant) | relations
    for field in _foreign_keys(model):
        if field.name not in given and not field.null:
            given[field.name] = make_row(field.related_model._meta.db_table, tenant)
    if model is LoginSource and not given.keys() & {"password_auth_source", "otp_auth_source"}:
        given["password_auth_source"] = make_row(PasswordAuthSource._meta.db_table, tenant)
    return baker.make(model, **given)


def field_of_column(table: str, column: str) -> str:
    """Return the name of the foreign key of a model."""
    return next(field.name for field in _foreign_keys(MODELS[table]) if field.column == column)


def has_tenant(table: str) -> bool:
    """Tell whether the model has the tenant, beside the table."""
    return any(field.column == "tenant_id" for field in MODELS[table]._meta.concrete_fields)


def _tenant_of(model: type[Model], tenant: Tenant) -> dict[str, Any]:
    return {"tenant_id": tenant.id} if has_tenant(model._meta.db_table) else {}


def _foreign_keys(model: type[Model]) -> list["ForeignKey[Any, Any]"]:
    fields = [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]
    return [field for field in fields if field.column != "tenant_id"]
