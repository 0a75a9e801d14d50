import django.db.models.deletion
from django.db import migrations, models

import tenants.ids


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_lists'),
        ('tenants', '0007_signing_algorithm'),
    ]

    operations = [
        migrations.AddField(
            model_name='enduser',
            name='anonymous_device_hash',
            field=models.CharField(editable=False, max_length=64, null=True),
        ),
        migrations.AddField(
            model_name='enduser',
            name='updated_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name='enduser',
            constraint=models.UniqueConstraint(condition=models.Q(('anonymous_device_hash__isnull', False)), fields=('tenant', 'anonymous_device_hash'), name='anonymous_device_once'),
        ),
        migrations.CreateModel(
            name='SudoToken',
            fields=[
                ('id', models.UUIDField(default=tenants.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('session_id', models.UUIDField()),
                ('hash', models.CharField(max_length=64, unique=True)),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('end_user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.enduser')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
        ),
        migrations.CreateModel(
            name='Captcha',
            fields=[
                ('id', models.UUIDField(default=tenants.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('answer_hash', models.CharField(max_length=64)),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('tried_at', models.DateTimeField(null=True)),
                ('pass_hash', models.CharField(max_length=64, null=True, unique=True)),
                ('redeemed_at', models.DateTimeField(null=True)),
                ('application', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.application')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
        ),
    ]
