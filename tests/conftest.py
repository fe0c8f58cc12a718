"""Three people for every test: Alice owns a workspace, Charlie is a stranger with his own."""

import pytest
from django.test import Client

from accounts.models import Membership, User, Workspace


def _person(name: str) -> User:
    user = User.objects.create_user(f"{name}@example.org", password="trail-boots-7", name=name)
    workspace = Workspace.objects.create(name=f"{name}'s workspace")
    Membership.objects.create(user=user, workspace=workspace)
    return user


@pytest.fixture
def alice(db: None) -> User:
    return _person("alice")


@pytest.fixture
def charlie(db: None) -> User:
    return _person("charlie")


@pytest.fixture
def workspace(alice: User) -> Workspace:
    return alice.workspaces.get()


@pytest.fixture
def client_alice(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def client_charlie(charlie: User) -> Client:
    client = Client()
    client.force_login(charlie)
    return client
