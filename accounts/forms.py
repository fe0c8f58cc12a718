"""Forms about oneself."""

from django import forms


class ProfileForm(forms.Form):
    """Name and email address."""

    name = forms.CharField(max_length=200, required=False, label="Name")
    email = forms.EmailField(max_length=254, label="Email address", help_text="You log in with it.")
