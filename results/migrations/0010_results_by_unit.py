"""Results by criterion were a copy of the block's own rows that nobody read, and most of what a computation wrote."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("results", "0009_papers")]

    operations = [migrations.DeleteModel(name="CriterionResult")]
