"""The app of people and rights."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
