from django import forms

from accounts.models import AsanaAccount


class LabelForm(forms.Form):
    """A person's own word and colour for an account; empty for Asana's name, and for none."""

    label = forms.CharField(max_length=40, required=False)
    colour = forms.ChoiceField(choices=AsanaAccount.Colour.choices, required=False)

    @property
    def trouble(self) -> str:
        if "label" in self.errors:
            return "That label can't be used: it may have up to 40 letters."
        return "That is none of the colours."
