"""The door to people's things: finds a workspace for this user, or answers 404."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import Http404

from accounts.models import User, Workspace


def workspaces(user: User | AnonymousUser) -> QuerySet[Workspace]:
    """The workspaces that `user` is a member of; none for a stranger."""
    if not user.is_authenticated or not user.is_active:
        return Workspace.objects.none()
    return Workspace.objects.filter(memberships__user_id=user.pk).order_by("id")


def get_workspace(user: User | AnonymousUser) -> Workspace:
    """The workspace whose lists `user` sees: the first one they are a member of.

    Raises Http404 when there is none.
    """
    workspace = workspaces(user).first()
    if workspace is None:
        raise Http404("No workspace.")
    return workspace


def signed_in(user: User | AnonymousUser) -> User:
    """The same user, known not to be a stranger.

    Raises Http404 for one who is not logged in; the middleware lets none of them come so far.
    """
    if not isinstance(user, User):
        raise Http404("Not logged in.")
    return user
