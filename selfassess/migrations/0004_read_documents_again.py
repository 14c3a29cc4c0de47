"""Documents are read again: all pages, signatures, dates. The sweeper asks for a hundred at a time."""

from django.db import migrations


def forget(apps, schema_editor):
    documents = apps.get_model("selfassess", "Document").objects.using(schema_editor.connection.alias)
    documents.filter(reading__isnull=False).update(reading=None, asked_at=None)


class Migration(migrations.Migration):
    dependencies = [("selfassess", "0003_documents_scanned_read_and_opened")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
