"""The review: one cell, lists, the grid, many at once."""

from django.urls import path

from appraisal.core.views.guard import guarded

from .bulk import views as bulk
from .cell import views as cell
from .grid import views as grid
from .lists import views as lists
from .undo import views as undo

urlpatterns = [
    path("khoi/<slug:group>/don-vi/<str:unit>/", guarded(lists.by_unit), name="unit"),
    path("khoi/<slug:group>/tieu-chi/<str:code>/", guarded(lists.by_criterion), name="criterion"),
    path("khoi/<slug:group>/don-vi/<str:unit>/<str:code>/", guarded(cell.cell), name="cell"),
    path("khoi/<slug:group>/don-vi/<str:unit>/<str:code>/rut-lai/", guarded(undo.undo), name="undo"),
    path("khoi/<slug:group>/luoi/", guarded(grid.grid_now), name="grid-now"),
    path("khoi/<slug:group>/luoi/<int:year>/", guarded(grid.grid), name="grid"),
    path("khoi/<slug:group>/luoi/<int:year>/<str:unit>/<str:code>", guarded(grid.grid_cell), name="grid-cell"),
    path("khoi/<slug:group>/cong-nhan/", guarded(bulk.bulk), name="bulk"),
    path("khoi/<slug:group>/hang-loat/", guarded(bulk.batches), name="batches"),
    path("khoi/<slug:group>/hang-loat/<int:pk>/", guarded(bulk.batch), name="batch"),
]
