"""What is tested: playgrounds, their columns, dataset versions, rows, templates and uploads."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.models import Workspace


class Playground(models.Model):
    """One question under test: its columns, datasets, setup and runs.

    `template` is the column template it was made from: its `name`, and `setup`, which only
    `evals` reads. Empty without a template. `suggest` is true when a setup was to be suggested.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="playgrounds")
    name = models.CharField(max_length=200)
    question = models.CharField(max_length=500, blank=True)
    is_sample = models.BooleanField(default=False)
    template = models.JSONField(default=dict)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Column(models.Model):
    """A column of a playground. Rows keep their cells under its id, so a new name moves nothing.

    A `required` column has a cell in every row: an import leaves out rows without one, unless
    told otherwise. A response column holds the answers of a variant that were made elsewhere.
    """

    class Type(models.TextChoices):
        TEXT = "text", "Text"
        LONG_TEXT = "long_text", "Long text"
        NUMBER = "number", "Number"
        YES_NO = "yes_no", "Yes/no"
        CATEGORY = "category", "Category"
        DATE = "date", "Date"
        JSON = "json", "JSON"
        TEXT_LIST = "text_list", "List of text"
        CONVERSATION = "conversation", "Conversation"

    class Role(models.TextChoices):
        INPUT = "input", "Input"
        EXPECTED = "expected", "Expected"
        CONTEXT = "context", "Context"
        SOURCE = "source", "Source"
        FILTER = "filter", "Filter"
        ROW_ID = "row_id", "Row id"
        RESPONSE = "response", "Response"
        LEFT_OUT = "left_out", "Leave out"
        # For KPIs that need more than a question, an expected answer and a context.
        SYSTEM_PROMPT = "system_prompt", "System prompt"
        POLICY = "policy", "Policy"
        KEY_POINTS = "key_points", "Key points"
        KEYWORDS = "keywords", "Keywords"
        GLOSSARY = "glossary", "Glossary"
        ANSWERABLE = "answerable", "Answerable"
        RELEVANT_IDS = "relevant_ids", "Relevant ids"
        CONTEXT_DATES = "context_dates", "Context dates"
        AS_OF = "as_of", "As of"
        PROTECTED_TEXT = "protected_text", "Protected text"
        CONVERSATION = "conversation", "Conversation"
        TOOLS = "tools", "Tools"
        TOOL_CALLS = "tool_calls", "Tool calls"
        SAMPLES = "samples", "Samples"

    playground = models.ForeignKey(Playground, on_delete=models.CASCADE, related_name="columns")
    name = models.CharField(max_length=200)
    type = models.CharField(max_length=20, choices=Type.choices, default=Type.TEXT)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.INPUT)
    required = models.BooleanField(default=False)
    position = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["playground", "name"], name="column_names_differ_in_a_playground"
            )
        ]

    def __str__(self) -> str:
        return self.name


class DatasetVersion(models.Model):
    """One version of a playground's rows. A draft until the first run on it freezes it.

    The next change of rows opens a new draft; a file brought into a playground always does.
    `origin` says what opened the version, `changes` how many rows it `added`, `changed` and
    removed (`gone`) against the version before. `is_counted` is false while the worker has not
    counted the profile since the last change, and `edits` counts the changes made in place, so
    that a count that was overtaken by one is known.

    `profile` maps a column's id, as text, to what its cells add up to: `filled` cells, `distinct`
    values, their `lengths` in characters with a `histogram`, the `top` values, and `numbers`; the
    last four are None where they do not apply. Versions from before this was counted have the
    first two only, with None for many distinct values.
    """

    class Origin(models.TextChoices):
        FIRST = "first", "First import"
        ADD = "add", "Rows added from a file"
        REPLACE = "replace", "Replaced by a file"
        MATCH = "match", "Updated from a file"
        EDIT = "edit", "Edited here"

    playground = models.ForeignKey(Playground, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    row_count = models.PositiveIntegerField(default=0)
    source_name = models.CharField(max_length=255, blank=True)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.FIRST)
    changes = models.JSONField(default=dict)
    profile = models.JSONField(default=dict)
    is_counted = models.BooleanField(default=True)
    edits = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    frozen_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["playground", "number"], name="one_dataset_version_of_a_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.playground} v{self.number}"

    def rows(self) -> "models.QuerySet[Row]":
        """The rows valid in this version, in position order."""
        is_valid = models.Q(until=None) | models.Q(until__gte=self.number)
        return Row.objects.filter(
            is_valid, playground_id=self.playground_id, since__lte=self.number
        ).order_by("position")


class Row(models.Model):
    """An immutable revision of a row, valid in dataset versions `since` to `until`.

    `identity` stays the same over revisions: the row-id cell, else a hash of the input cells
    with an ordinal for duplicates. `cells` maps a column's id, as text, to the cell's text.
    """

    playground_id = models.BigIntegerField()
    position = models.PositiveIntegerField()
    identity = models.CharField(max_length=300)
    cells = models.JSONField(default=dict)
    since = models.PositiveIntegerField()
    until = models.PositiveIntegerField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["playground_id", "position"], name="row_by_position"),
            # Few of many: the revisions that answers of earlier runs were made from.
            models.Index(
                fields=["playground_id", "until"],
                condition=models.Q(until__isnull=False),
                name="row_ended",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["playground_id", "identity", "since"],
                name="one_revision_of_a_row_a_version",
            )
        ]

    def __str__(self) -> str:
        return f"row {self.position}"


class ColumnTemplate(models.Model):
    """A template that somebody saved: columns, a setup that fits them, and sample rows.

    `columns` is a list of {name, type, role, required}; `sample_rows` a list of lists of texts in
    the order of the columns; `setup` (variants, KPIs, rule) is read by `evals` only. Built-in
    templates are files and not stored.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="templates")
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=300, blank=True)
    columns = models.JSONField(default=list)
    setup = models.JSONField(default=dict)
    sample_rows = models.JSONField(default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Upload(models.Model):
    """A file on its way into a playground, from the drop to its rows.

    `stored_name` is a random name in the uploads folder; no path ever comes from a request.
    `report` is what the check found (dialect, columns with guesses, problems, first rows);
    `choices` is what the person chose instead (dialect, columns' names, types, roles, fixes), and
    the `template` whose columns the file is to fill. `into` is the playground that gets the rows;
    without one the import makes a playground.
    Its jobs hold a lease, whose end is renewed with every batch of rows and names the holder;
    `attempts` counts the leases of a job, so that a file that ends its reader is not tried for
    ever.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", "Uploaded"
        CHECKED = "checked", "Checked"
        IMPORTING = "importing", "Importing"
        IMPORTED = "imported", "Imported"
        REFUSED = "refused", "Refused"
        CANCELLED = "cancelled", "Cancelled"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="uploads")
    playground = models.ForeignKey(Playground, on_delete=models.CASCADE, null=True)
    into = models.ForeignKey(
        Playground, on_delete=models.CASCADE, null=True, related_name="uploads_into"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    file_name = models.CharField(max_length=255)
    stored_name = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.UPLOADED)
    report = models.JSONField(default=dict)
    choices = models.JSONField(default=dict)
    rows_done = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    hint = models.TextField(blank=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.file_name
