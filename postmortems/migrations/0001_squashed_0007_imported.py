"""The tables as the first seven migrations leave them, made in one go.

A new database runs this one alone, in a fraction of the time; one that has run the
first of the seven goes on with the others.
"""

from importlib import import_module

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models


# How entries are found by their words is said once, where it was said first.
search = import_module('postmortems.migrations.0005_search')


class Migration(migrations.Migration):

    replaces = [('postmortems', '0001_initial'), ('postmortems', '0002_reviewed_and_published'), ('postmortems', '0003_carry_sections_over'), ('postmortems', '0004_remove_prompt'), ('postmortems', '0005_search'), ('postmortems', '0006_meeting_held'), ('postmortems', '0007_imported')]

    initial = True

    dependencies = [
        ('auth', '__first__'),
        ('incidents', '0006_curated_documents'),
    ]

    operations = [
        migrations.CreateModel(
            name='PostMortem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opened_at', models.DateTimeField(verbose_name='opened')),
                ('version', models.PositiveIntegerField(default=0, help_text='The internal version that was published last; 0 for none.', verbose_name='version')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published')),
                ('correcting_because', models.CharField(blank=True, max_length=500, verbose_name='corrected because')),
                ('source_name', models.CharField(blank=True, editable=False, max_length=200, verbose_name='imported from')),
                ('source_digest', models.CharField(blank=True, editable=False, error_messages={'unique': 'It was imported already.'}, help_text='The fingerprint of the file it came from: nothing comes twice.', max_length=64, null=True, unique=True)),
                ('source_left', models.TextField(blank=True, editable=False, help_text='What only held the file together, such as headings of columns.')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postmortems_written', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('incident', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='postmortem', to='incidents.incident', verbose_name='incident')),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='postmortems_published', to=settings.AUTH_USER_MODEL, verbose_name='published by')),
            ],
            options={
                'verbose_name': 'post-mortem',
                'verbose_name_plural': 'post-mortems',
                'ordering': ['-opened_at'],
                'permissions': [('publish_postmortem', 'Can publish a post-mortem')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('published_at', None), ('published_by', None)), models.Q(('published_at__isnull', False), ('published_by__isnull', False)), _connector='OR'), name='postmortem_published_by_somebody', violation_error_message='A published post-mortem names who published it, and when.'), models.CheckConstraint(condition=models.Q(('published_at', None), ('correcting_because', ''), _connector='OR'), name='postmortem_correction_has_reason', violation_error_message='What is published is not being corrected.')],
            },
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.PositiveIntegerField(default=0, verbose_name='order')),
                ('text', models.TextField(max_length=2000, verbose_name='text')),
                ('category', models.CharField(blank=True, choices=[('change', 'Change or deployment'), ('design', 'Design or code'), ('configuration', 'Configuration'), ('capacity', 'Load or capacity'), ('dependency', 'Something we depend on'), ('testing', 'Testing'), ('monitoring', 'Monitoring'), ('documentation', 'Documentation or runbook'), ('process', 'Process or ownership'), ('communication', 'Communication'), ('workload', 'Workload or fatigue'), ('security', 'Security'), ('other', 'Something else')], max_length=14, verbose_name='category')),
                ('priority', models.PositiveSmallIntegerField(blank=True, choices=[(0, 'P0'), (1, 'P1'), (2, 'P2'), (3, 'P3')], help_text='A P0 or P1 should have an action item.', null=True, verbose_name='priority')),
                ('is_public', models.BooleanField(default=False, verbose_name='for customers')),
                ('earlier', models.ForeignKey(blank=True, help_text='The factor that led to this one.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='later', to='postmortems.finding', verbose_name='came of')),
                ('evidence', models.ForeignKey(blank=True, help_text='The entry of the timeline that shows it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='incidents.timelineevent', verbose_name='evidence')),
                ('item', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='incidents.actionitem', verbose_name='action item')),
            ],
            options={
                'verbose_name': 'finding',
                'verbose_name_plural': 'findings',
                'ordering': ['section', 'order', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('category__in', ['change', 'design', 'configuration', 'capacity', 'dependency', 'testing', 'monitoring', 'documentation', 'process', 'communication', 'workload', 'security', 'other', ''])), name='finding_category_known', violation_error_message='Choose one of the offered values for this field.'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='finding_says_something', violation_error_message='A finding needs a text.'), models.CheckConstraint(condition=models.Q(('priority', None), ('priority__in', [0, 1, 2, 3]), _connector='OR'), name='finding_priority_known', violation_error_message='Choose a priority from P0 to P3.'), models.CheckConstraint(condition=models.Q(('earlier', None), models.Q(('earlier', models.F('pk')), _negated=True), _connector='OR'), name='finding_not_of_itself', violation_error_message='A factor cannot have come of itself.')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalPostMortem',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('opened_at', models.DateTimeField(verbose_name='opened')),
                ('version', models.PositiveIntegerField(default=0, help_text='The internal version that was published last; 0 for none.', verbose_name='version')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published')),
                ('correcting_because', models.CharField(blank=True, max_length=500, verbose_name='corrected because')),
                ('source_name', models.CharField(blank=True, editable=False, max_length=200, verbose_name='imported from')),
                ('source_digest', models.CharField(blank=True, db_index=True, editable=False, error_messages={'unique': 'It was imported already.'}, help_text='The fingerprint of the file it came from: nothing comes twice.', max_length=64, null=True)),
                ('source_left', models.TextField(blank=True, editable=False, help_text='What only held the file together, such as headings of columns.')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('author', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('incident', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='incidents.incident', verbose_name='incident')),
                ('published_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by')),
            ],
            options={
                'verbose_name': 'historical post-mortem',
                'verbose_name_plural': 'historical post-mortems',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Meeting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(verbose_name='begins')),
                ('minutes', models.PositiveSmallIntegerField(default=60, validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(480)], verbose_name='minutes')),
                ('place', models.CharField(blank=True, help_text='A room, or an address.', max_length=300, verbose_name='place')),
                ('guests', models.TextField(blank=True, help_text='One a line: names of people without a log-in.', max_length=2000, verbose_name='other attendees')),
                ('follow_up_on', models.DateField(blank=True, null=True, verbose_name='follow-up')),
                ('uid', models.CharField(editable=False, max_length=80, unique=True)),
                ('sequence', models.PositiveIntegerField(default=0, editable=False)),
                ('cancelled_at', models.DateTimeField(blank=True, null=True, verbose_name='cancelled')),
                ('held_at', models.DateTimeField(blank=True, null=True, verbose_name='held')),
                ('attendees', models.ManyToManyField(blank=True, related_name='review_meetings', to=settings.AUTH_USER_MODEL, verbose_name='attendees')),
                ('called_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('postmortem', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='meeting', to='postmortems.postmortem')),
            ],
            options={
                'verbose_name': 'review meeting',
                'verbose_name_plural': 'review meetings',
                'constraints': [models.CheckConstraint(condition=models.Q(('minutes__gte', 5), ('minutes__lte', 480)), name='meeting_lasts_a_while', violation_error_message='A meeting lasts from 5 minutes to 8 hours.'), models.CheckConstraint(condition=models.Q(('held_at', None), ('cancelled_at', None), _connector='OR'), name='meeting_held_or_cancelled', violation_error_message='What was cancelled was not held.')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalSection',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('key', models.SlugField(max_length=40, verbose_name='key')),
                ('order', models.PositiveSmallIntegerField(verbose_name='order')),
                ('depth', models.PositiveSmallIntegerField(default=0, verbose_name='depth')),
                ('kind', models.CharField(choices=[('text', 'Text'), ('list', 'List'), ('block', 'What the record says')], default='text', max_length=5, verbose_name='kind')),
                ('block', models.CharField(blank=True, choices=[('identity', 'Incident'), ('durations', 'Durations against targets'), ('impact', 'Impact'), ('timeline', 'Timeline'), ('roles', 'Who did what'), ('items', 'Action items'), ('messages', 'Messages sent'), ('references', 'References'), ('meeting', 'Review meeting')], max_length=10, verbose_name='block')),
                ('origin', models.CharField(choices=[('playbook', 'The playbook'), ('ours', 'Debrief'), ('added', 'Its writers'), ('imported', 'A file')], default='playbook', max_length=8, verbose_name='origin')),
                ('title', models.CharField(max_length=400, verbose_name='title')),
                ('zone', models.CharField(blank=True, max_length=64, verbose_name='zone')),
                ('body', models.TextField(blank=True, verbose_name='text')),
                ('is_shown', models.BooleanField(default=True, verbose_name='shown')),
                ('is_public', models.BooleanField(default=False, help_text='Stands in the edition for customers as well.', verbose_name='for customers')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('postmortem', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='postmortems.postmortem')),
            ],
            options={
                'verbose_name': 'historical section',
                'verbose_name_plural': 'historical sections',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('texts', models.JSONField(default=dict, help_text='By field: what was seen, and what was typed.')),
                ('saved_at', models.DateTimeField(verbose_name='saved')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('postmortem', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to='postmortems.postmortem')),
            ],
            options={
                'verbose_name': 'unsaved text',
                'verbose_name_plural': 'unsaved texts',
                'ordering': ['-saved_at'],
                'constraints': [models.UniqueConstraint(fields=('postmortem', 'person'), name='draft_one_a_person', violation_error_message='This person has a draft already.')],
            },
        ),
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('edition', models.CharField(choices=[('internal', 'Internal'), ('customer', 'For customers'), ('summary', 'One-page summary')], default='internal', max_length=8, verbose_name='edition')),
                ('number', models.PositiveIntegerField(verbose_name='version')),
                ('reason', models.CharField(blank=True, help_text='Why it was corrected; empty for the first version.', max_length=500, verbose_name='reason')),
                ('published_at', models.DateTimeField(verbose_name='published')),
                ('frozen', models.TextField()),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('postmortem', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='publications', to='postmortems.postmortem')),
                ('published_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by')),
            ],
            options={
                'verbose_name': 'published version',
                'verbose_name_plural': 'published versions',
                'ordering': ['postmortem', 'edition', '-number'],
                'constraints': [models.CheckConstraint(condition=models.Q(('edition__in', ['internal', 'customer', 'summary'])), name='publication_edition_known', violation_error_message='Choose one of the offered values for this field.'), models.UniqueConstraint(fields=('postmortem', 'edition', 'number'), name='publication_number_once', violation_error_message='This version is published already.'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='publication_counts_from_one', violation_error_message='Versions are counted from 1.'), models.CheckConstraint(condition=models.Q(('number', 1), models.Q(('edition', 'internal'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='publication_corrected_for_a_reason', violation_error_message='A correction says why it was made.')],
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('edition', models.CharField(choices=[('internal', 'Internal'), ('customer', 'For customers'), ('summary', 'One-page summary')], default='internal', max_length=8, verbose_name='edition')),
                ('paper', models.CharField(choices=[('a4', 'A4'), ('letter', 'US Letter')], default='a4', max_length=6, verbose_name='paper')),
                ('number', models.PositiveIntegerField(blank=True, null=True, verbose_name='number')),
                ('is_draft', models.BooleanField(default=True, verbose_name='draft')),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('done', 'Done'), ('failed', 'Failed')], default='queued', max_length=10, verbose_name='state')),
                ('requested_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='requested')),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                ('file', models.FileField(blank=True, upload_to='reports', verbose_name='file')),
                ('size', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='bytes')),
                ('sha256', models.CharField(blank=True, max_length=64, verbose_name='SHA-256')),
                ('error', models.TextField(blank=True, verbose_name='what went wrong')),
                ('postmortem', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='postmortems.postmortem', verbose_name='post-mortem')),
                ('publication', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='postmortems.publication', verbose_name='published version')),
                ('requested_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to=settings.AUTH_USER_MODEL, verbose_name='requested by')),
            ],
            options={
                'verbose_name': 'report',
                'verbose_name_plural': 'reports',
                'ordering': ['-requested_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'done', 'failed'])), name='report_state_known', violation_error_message='Choose one of the offered values for this field.'), models.CheckConstraint(condition=models.Q(('edition__in', ['internal', 'customer', 'summary'])), name='report_edition_known', violation_error_message='Choose one of the offered values for this field.'), models.CheckConstraint(condition=models.Q(('paper__in', ['a4', 'letter'])), name='report_paper_known', violation_error_message='Choose one of the offered values for this field.'), models.UniqueConstraint(fields=('postmortem', 'edition', 'number'), name='report_number_once', violation_error_message='This version number is taken.'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), models.Q(('number__isnull', False), models.Q(('sha256', ''), _negated=True), models.Q(('file', ''), _negated=True)), _connector='OR'), name='report_done_has_file', violation_error_message='A finished report has its number, file and fingerprint.')],
            },
        ),
        migrations.CreateModel(
            name='Reviewer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField(verbose_name='asked')),
                ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='approved')),
                ('approved_digest', models.CharField(blank=True, help_text='The fingerprint of the text that was approved.', max_length=64)),
                ('approved_version', models.PositiveIntegerField(default=0, help_text='The version that was last published before.')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews_asked', to=settings.AUTH_USER_MODEL, verbose_name='reviewer')),
                ('postmortem', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviewers', to='postmortems.postmortem')),
            ],
            options={
                'verbose_name': 'reviewer',
                'verbose_name_plural': 'reviewers',
                'ordering': ['asked_at', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('postmortem', 'person'), name='reviewer_asked_once', violation_error_message='This person is a reviewer already.'), models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_digest', '')), models.Q(('approved_at__isnull', False), models.Q(('approved_digest', ''), _negated=True)), _connector='OR'), name='reviewer_approved_something', violation_error_message='An approval says what was approved.')],
            },
        ),
        migrations.CreateModel(
            name='Section',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=40, verbose_name='key')),
                ('order', models.PositiveSmallIntegerField(verbose_name='order')),
                ('depth', models.PositiveSmallIntegerField(default=0, verbose_name='depth')),
                ('kind', models.CharField(choices=[('text', 'Text'), ('list', 'List'), ('block', 'What the record says')], default='text', max_length=5, verbose_name='kind')),
                ('block', models.CharField(blank=True, choices=[('identity', 'Incident'), ('durations', 'Durations against targets'), ('impact', 'Impact'), ('timeline', 'Timeline'), ('roles', 'Who did what'), ('items', 'Action items'), ('messages', 'Messages sent'), ('references', 'References'), ('meeting', 'Review meeting')], max_length=10, verbose_name='block')),
                ('origin', models.CharField(choices=[('playbook', 'The playbook'), ('ours', 'Debrief'), ('added', 'Its writers'), ('imported', 'A file')], default='playbook', max_length=8, verbose_name='origin')),
                ('title', models.CharField(max_length=400, verbose_name='title')),
                ('prompts', models.JSONField(blank=True, default=list, verbose_name='guiding questions')),
                ('fields', models.JSONField(blank=True, default=list, verbose_name='fields')),
                ('columns', models.JSONField(blank=True, default=list, verbose_name='columns')),
                ('zone', models.CharField(blank=True, max_length=64, verbose_name='zone')),
                ('body', models.TextField(blank=True, verbose_name='text')),
                ('is_shown', models.BooleanField(default=True, verbose_name='shown')),
                ('is_public', models.BooleanField(default=False, help_text='Stands in the edition for customers as well.', verbose_name='for customers')),
                ('postmortem', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sections', to='postmortems.postmortem')),
            ],
            options={
                'verbose_name': 'section',
                'verbose_name_plural': 'sections',
                'ordering': ['postmortem', 'order', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['text', 'list', 'block'])), name='section_kind_known', violation_error_message='Choose one of the offered values for this field.'), models.CheckConstraint(condition=models.Q(('origin__in', ['playbook', 'ours', 'added', 'imported'])), name='section_origin_known', violation_error_message='Choose one of the offered values for this field.'), models.UniqueConstraint(fields=('postmortem', 'key'), name='section_key_once', violation_error_message='The post-mortem has this section already.'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'block'), models.Q(('block', ''), _negated=True)), models.Q(models.Q(('kind', 'block'), _negated=True), ('block', '')), _connector='OR'), name='section_block_names_it', violation_error_message='A block, and nothing else, says which.')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalFinding',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('order', models.PositiveIntegerField(default=0, verbose_name='order')),
                ('text', models.TextField(max_length=2000, verbose_name='text')),
                ('category', models.CharField(blank=True, choices=[('change', 'Change or deployment'), ('design', 'Design or code'), ('configuration', 'Configuration'), ('capacity', 'Load or capacity'), ('dependency', 'Something we depend on'), ('testing', 'Testing'), ('monitoring', 'Monitoring'), ('documentation', 'Documentation or runbook'), ('process', 'Process or ownership'), ('communication', 'Communication'), ('workload', 'Workload or fatigue'), ('security', 'Security'), ('other', 'Something else')], max_length=14, verbose_name='category')),
                ('priority', models.PositiveSmallIntegerField(blank=True, choices=[(0, 'P0'), (1, 'P1'), (2, 'P2'), (3, 'P3')], help_text='A P0 or P1 should have an action item.', null=True, verbose_name='priority')),
                ('is_public', models.BooleanField(default=False, verbose_name='for customers')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('earlier', models.ForeignKey(blank=True, db_constraint=False, help_text='The factor that led to this one.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='postmortems.finding', verbose_name='came of')),
                ('evidence', models.ForeignKey(blank=True, db_constraint=False, help_text='The entry of the timeline that shows it.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='incidents.timelineevent', verbose_name='evidence')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('item', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='incidents.actionitem', verbose_name='action item')),
                ('section', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='postmortems.section', verbose_name='section')),
            ],
            options={
                'verbose_name': 'historical finding',
                'verbose_name_plural': 'historical findings',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField(
            model_name='finding',
            name='section',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='postmortems.section', verbose_name='section'),
        ),
        migrations.CreateModel(
            name='SectionComment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='written')),
                ('text', models.TextField(max_length=4000, verbose_name='text')),
                ('resolved_at', models.DateTimeField(blank=True, null=True, verbose_name='resolved')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('resolved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('section', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='postmortems.section', verbose_name='section')),
            ],
            options={
                'verbose_name': 'comment',
                'verbose_name_plural': 'comments',
                'ordering': ['at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='sectioncomment_says_something', violation_error_message='A comment needs a text.'), models.CheckConstraint(condition=models.Q(models.Q(('resolved_at', None), ('resolved_by', None)), models.Q(('resolved_at__isnull', False), ('resolved_by__isnull', False)), _connector='OR'), name='sectioncomment_resolved_by_somebody', violation_error_message='A resolved comment says by whom.')],
            },
        ),
        migrations.CreateModel(
            name='SearchEntry',
            fields=[
                ('postmortem', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='search_entry', serialize=False, to='postmortems.postmortem', verbose_name='post-mortem')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('lead', models.TextField(blank=True, verbose_name='what happened')),
                ('body', models.TextField(blank=True, verbose_name='text')),
                ('heads', models.TextField(blank=True)),
                ('words', models.TextField(blank=True)),
                ('publication', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='postmortems.publication', verbose_name='published version')),
            ],
            options={
                'verbose_name': 'published post-mortem',
                'verbose_name_plural': 'published post-mortems',
                'ordering': ['-publication__published_at', '-pk'],
            },
        ),
        migrations.RunPython(search.make_index, search.drop_index),
    ]
