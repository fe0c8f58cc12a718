"""URLs of the playground app."""

from django.urls import URLPattern, path

from playground.views import data, imports, new

urlpatterns: list[URLPattern] = [
    path("playgrounds/new", new.playground_new, name="playground-new"),
    path("playgrounds/<int:playground_id>/data", data.data, name="data"),
    path("imports/<int:import_id>", imports.import_check, name="import-check"),
    path("imports/<int:import_id>/status", imports.import_status, name="import-status"),
    path("imports/<int:import_id>/choose", imports.import_choose, name="import-choose"),
    path("imports/<int:import_id>/start", imports.import_start, name="import-start"),
    path("imports/<int:import_id>/cancel", imports.import_cancel, name="import-cancel"),
    path("imports/<int:import_id>/refused.csv", imports.import_refused_rows, name="import-refused"),
]
