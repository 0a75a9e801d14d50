from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('otp', '0005_notices'),
    ]

    operations = [
        migrations.AddField(
            model_name='challenge',
            name='guesses_of_day_allowed',
            field=models.PositiveIntegerField(default=20),
        ),
        migrations.AddField(
            model_name='challenge',
            name='is_public',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='destination',
            name='public_that_day',
            field=models.PositiveIntegerField(default=0),
        ),
    ]
