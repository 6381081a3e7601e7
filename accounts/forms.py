from django import forms

from accounts.models import AsanaAccount
from accounts.printable import visible_name


class LabelForm(forms.Form):
    """The form for a user's label and colour for an account; both may be empty."""

    label = forms.CharField(max_length=40, required=False)
    colour = forms.ChoiceField(choices=AsanaAccount.Colour.choices, required=False)

    def clean_label(self) -> str:
        return visible_name(self.cleaned_data["label"])

    @property
    def trouble(self) -> str:
        if "label" in self.errors:
            return "That label can't be used: it may have up to 40 letters."
        return "That is none of the colours."
