"""The site's addresses and the empty page, for the services that _measured_settings leads here."""

from appraisal_grid import with_empty_page

urlpatterns = with_empty_page().urlpatterns
