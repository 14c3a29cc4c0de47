"""A file of a publication as the log keeps it."""

from results.models import PublishedFile
from units.auditlog.digests import Facts

VERB_KEEP = "publication.keep_file"


def file_facts(row: PublishedFile) -> Facts:
    return {"publication": row.publication_id, "name": row.name, "size": row.size, "digest": row.digest}
