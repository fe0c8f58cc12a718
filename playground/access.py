"""The door to playgrounds and uploads: finds one for this user, or answers 404."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from accounts.access import workspaces
from accounts.models import User
from playground.models import ColumnTemplate, Playground, Upload


def playgrounds(user: User | AnonymousUser) -> QuerySet[Playground]:
    """The playgrounds of all workspaces that `user` is a member of."""
    return Playground.objects.filter(workspace__in=workspaces(user))


def get_playground(user: User | AnonymousUser, playground_id: int) -> Playground:
    """This playground. Raises Http404 for a stranger, as for one that does not exist."""
    return get_object_or_404(playgrounds(user), pk=playground_id)


def get_upload(user: User | AnonymousUser, upload_id: int) -> Upload:
    """This upload with its playground. Raises Http404 for a stranger."""
    uploads = Upload.objects.select_related("playground")
    return get_object_or_404(uploads, pk=upload_id, workspace__in=workspaces(user))


def get_template(user: User | AnonymousUser, template_id: int) -> ColumnTemplate:
    """This template that somebody saved. Raises Http404 for a stranger."""
    templates = ColumnTemplate.objects.filter(workspace__in=workspaces(user))
    return get_object_or_404(templates, pk=template_id)
