"""URLs of the playground app."""

from django.urls import URLPattern, path

from playground.views import (
    cells,
    columns,
    data,
    exports,
    imports,
    more_rows,
    new,
    new_columns,
    rows,
    template_edit,
    templates,
    undoing,
)

_DATA = "playgrounds/<int:playground_id>/data"
DATA: list[URLPattern] = [
    path(_DATA, data.data, name="data"),
    path(f"{_DATA}/<int:position>/<int:column_id>", cells.data_cell, name="data-cell"),
    path(f"{_DATA}/counts", data.data_counts, name="data-counts"),
    path(f"{_DATA}/add", rows.data_row_add, name="data-row-add"),
    path(f"{_DATA}/delete", rows.data_rows_delete, name="data-rows-delete"),
    path(f"{_DATA}/undo", undoing.data_undo, name="data-undo"),
    path(f"{_DATA}/export", exports.data_export, name="data-export"),
    path(f"{_DATA}/columns", columns.data_columns, name="data-columns"),
    path(f"{_DATA}/rename", columns.playground_rename, name="playground-rename"),
]

TEMPLATES: list[URLPattern] = [
    path("templates", templates.templates, name="templates"),
    path("templates/use", templates.template_use, name="template-use"),
    path("templates/save", templates.template_save, name="template-save"),
    path("templates/import", templates.template_import, name="template-import"),
    path("templates/<str:template_key>", templates.template_open, name="template-open"),
    path(
        "templates/<str:template_key>/duplicate",
        templates.template_duplicate,
        name="template-duplicate",
    ),
    path("templates/<str:template_key>/export", templates.template_export, name="template-export"),
    path("templates/<int:template_id>/edit", template_edit.template_edit, name="template-edit"),
    path(
        "templates/<int:template_id>/columns",
        template_edit.template_columns,
        name="template-columns",
    ),
    path("templates/<int:template_id>/delete", templates.template_delete, name="template-delete"),
]

urlpatterns: list[URLPattern] = [
    path("playgrounds/new", new.playground_new, name="playground-new"),
    path("playgrounds/new/columns", new_columns.new_columns, name="new-columns"),
    path("playgrounds/new/file", new_columns.new_template_file, name="new-template-file"),
    path("playgrounds/new/start", new_columns.new_start, name="new-start"),
    *DATA,
    *TEMPLATES,
    path("playgrounds/<int:playground_id>/data/upload", more_rows.data_upload, name="data-upload"),
    path("imports/<int:import_id>", imports.import_check, name="import-check"),
    path("imports/<int:import_id>/status", imports.import_status, name="import-status"),
    path("imports/<int:import_id>/choose", imports.import_choose, name="import-choose"),
    path("imports/<int:import_id>/start", imports.import_start, name="import-start"),
    path("imports/<int:import_id>/cancel", imports.import_cancel, name="import-cancel"),
    path("imports/<int:import_id>/refused.csv", imports.import_refused_rows, name="import-refused"),
]
