from django.db import migrations

BLOCKS = (
    ('durations', 'Durations against targets', True),
    ('items', 'Action items', True),
    ('timeline', 'Timeline', True),
    ('identity', 'Incident', False),
    ('roles', 'Who did what', False),
    ('messages', 'Messages sent', False),
    ('references', 'References', False),
    ('meeting', 'Review meeting', False),
)


def carry_over(apps, schema_editor):
    """Keep guiding questions, and give what is written the blocks it printed."""
    Section = apps.get_model('postmortems', 'Section')
    PostMortem = apps.get_model('postmortems', 'PostMortem')
    for section in Section.objects.iterator():
        section.prompts = [section.prompt] if section.prompt else []
        section.save(update_fields=['prompts'])
    for postmortem in PostMortem.objects.iterator():
        # What is out is version 1; the next sweep freezes what it says.
        if postmortem.published_at:
            postmortem.version = 1
            postmortem.save(update_fields=['version'])
        last = postmortem.sections.count()
        keys = set(postmortem.sections.values_list('key', flat=True))
        Section.objects.bulk_create(
            Section(
                postmortem=postmortem,
                key=key if key not in keys else f'{key}-record',
                order=order,
                kind='block',
                block=key,
                origin='ours',
                title=title,
                is_shown=is_shown,
            )
            for order, (key, title, is_shown) in enumerate(BLOCKS, start=last + 1)
        )


def carry_back(apps, schema_editor):
    """Give sections their first question back; blocks and lists go."""
    Section = apps.get_model('postmortems', 'Section')
    apps.get_model('postmortems', 'Finding').objects.all().delete()
    apps.get_model('postmortems', 'SectionComment').objects.all().delete()
    Section.objects.filter(kind='block').delete()
    for section in Section.objects.iterator():
        section.prompt = ' '.join(section.prompts)
        section.save(update_fields=['prompt'])


class Migration(migrations.Migration):

    dependencies = [('postmortems', '0002_reviewed_and_published')]

    operations = [migrations.RunPython(carry_over, carry_back)]
