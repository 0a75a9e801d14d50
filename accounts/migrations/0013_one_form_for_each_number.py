from django.db import migrations, models

from otp import phone_numbers

RENUMBERED = ("+54", "+55")  # Argentina's 9 and Brazil's ninth digit: both forms could be stored


def unify(apps, schema_editor):
    """Store the one form of each number; where somebody of the tenant has that already, both stay (`ciam_check`)."""
    rows = apps.get_model("accounts", "EndUser").objects.using(schema_editor.connection.alias)
    numbers = models.Q(*[("phone_number__startswith", prefix) for prefix in RENUMBERED], _connector=models.Q.OR)
    for row in rows.filter(numbers).only("id", "tenant_id", "phone_number").iterator():
        number = phone_numbers.read(row.phone_number, ())
        if number and number != row.phone_number:
            has_it = rows.filter(tenant_id=row.tenant_id, phone_number=number)
            if not has_it.exists():
                rows.filter(pk=row.pk).update(phone_number=number)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_blocks_and_bulk_actions")]

    operations = [migrations.RunPython(unify, migrations.RunPython.noop)]
