from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [('postmortems', '0003_carry_sections_over')]

    operations = [
        migrations.RemoveField(
            model_name='historicalsection',
            name='prompt',
        ),
        migrations.RemoveField(
            model_name='section',
            name='prompt',
        ),
    ]
