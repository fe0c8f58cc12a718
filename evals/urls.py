"""URLs of the evals app."""

from django.urls import URLPattern, path

from evals.views import (
    compare,
    dashboard,
    drawer,
    export,
    home,
    kpis,
    models,
    run,
    setup,
    variants,
)

MODELS: list[URLPattern] = [
    path("models", models.models, name="models"),
    path("models/add", models.connection_add, name="connection-add"),
    path("models/<int:connection_id>/edit", models.connection_edit, name="connection-edit"),
    path("models/<int:connection_id>/test", models.connection_test, name="connection-test"),
    path("models/<int:connection_id>/delete", models.connection_delete, name="connection-delete"),
    path("models/<int:connection_id>/models", models.connection_models, name="connection-models"),
    path(
        "models/<int:connection_id>/models/<int:model_pk>/price",
        models.connection_price,
        name="connection-price",
    ),
]

_SETUP = "playgrounds/<int:playground_id>/setup"
SETUP: list[URLPattern] = [
    path(_SETUP, setup.setup, name="setup"),
    path(f"{_SETUP}/estimate", setup.estimate, name="estimate"),
    path(f"{_SETUP}/rule", setup.setup_rule, name="setup-rule"),
    path(f"{_SETUP}/suggest", setup.setup_suggest, name="setup-suggest"),
    path(f"{_SETUP}/variants/add", variants.variant_add, name="setup-variant-add"),
    path(f"{_SETUP}/variants/answers", variants.variant_answers, name="setup-variant-answers"),
    path(f"{_SETUP}/variants/preview", variants.variant_preview, name="setup-variant-preview"),
    path(
        f"{_SETUP}/variants/<int:variant_id>/edit", variants.variant_edit, name="setup-variant-edit"
    ),
    path(
        f"{_SETUP}/variants/<int:variant_id>/delete",
        variants.variant_delete,
        name="setup-variant-delete",
    ),
    path(
        f"{_SETUP}/variants/<int:variant_id>/duplicate",
        variants.variant_duplicate,
        name="setup-variant-duplicate",
    ),
    path(
        f"{_SETUP}/variants/<int:variant_id>/baseline",
        variants.variant_baseline,
        name="setup-variant-baseline",
    ),
    path(f"{_SETUP}/variants/<int:variant_id>/up", variants.variant_up, name="setup-variant-up"),
    path(f"{_SETUP}/kpis", kpis.setup_kpis, name="setup-kpis"),
    path(f"{_SETUP}/kpis/<int:kpi_id>/edit", kpis.setup_kpi_edit, name="setup-kpi-edit"),
    path(f"{_SETUP}/kpis/<int:kpi_id>/line", kpis.setup_kpi_line, name="setup-kpi-line"),
    path(f"{_SETUP}/kpis/<int:kpi_id>/remove", kpis.setup_kpi_remove, name="setup-kpi-remove"),
]

_RUN = "playgrounds/<int:playground_id>/run"
RUN: list[URLPattern] = [
    path(_RUN, run.run, name="run"),
    path(f"{_RUN}/start", run.run_start, name="run-start"),
    path(f"{_RUN}/progress", run.run_progress, name="run-progress"),
    path(f"{_RUN}/cancel", run.run_cancel, name="run-cancel"),
]

_READ = "playgrounds/<int:playground_id>"
READ: list[URLPattern] = [
    path("", home.home, name="home"),
    path("sample", home.sample_open, name="sample-open"),
    path(f"{_READ}/compare", compare.compare, name="compare"),
    path(f"{_READ}/compare/rows", compare.compare_rows, name="compare-rows"),
    path(f"{_READ}/compare/rows/<int:position>", drawer.drawer, name="drawer"),
    path(f"{_READ}/dashboard", dashboard.dashboard, name="dashboard"),
    path(f"{_READ}/dashboard/charts", dashboard.dashboard_charts, name="dashboard-charts"),
    path(f"{_READ}/dashboard/rule", dashboard.rule_save, name="rule-save"),
    path(f"{_READ}/export.csv", export.export_csv, name="export-csv"),
]

urlpatterns: list[URLPattern] = [*MODELS, *SETUP, *RUN, *READ]
