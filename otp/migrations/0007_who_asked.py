from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("otp", "0006_codes_that_grow")]

    operations = [
        migrations.AddField(model_name="challenge", name="asker", field=models.CharField(max_length=64, null=True)),
    ]
