"""How the project's own templates are read."""

from django.template.base import Origin
from django.template.loaders import filesystem


class Loader(filesystem.Loader):
    """Django's loader, without the newline at the end of a file.

    A partial may stand in the middle of a sentence ("{% include … %}, 18 phiếu"): the newline that every text
    file ends with would be a space before the comma. Jinja drops it for the same reason.
    """

    def get_contents(self, origin: Origin) -> str:
        return super().get_contents(origin).removesuffix("\n")
