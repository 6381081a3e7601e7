from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts import mails
from accounts.decorators import signed_in_form
from accounts.models import User
from accounts.typing import SignedInRequest


class MailForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("mail_about_links", "mail_about_trouble")


@signed_in_form
def mail(request: SignedInRequest) -> HttpResponse:
    """Show and save the user's choice of mails."""
    form = MailForm(request.POST if request.method == "POST" else None, instance=request.user)
    if form.is_valid():
        request.user.save(update_fields=MailForm.Meta.fields)
        messages.success(request, "Saved.")
        return redirect("accounts:mail")
    accounts = request.user.asana_accounts
    context = {
        "form": form,
        "site_sends_mail": settings.SENDS_MAIL,
        "has_address": mails.has_address(request.user),
        "has_account": accounts.exists(),
        "is_from_asana": accounts.filter(email__iexact=request.user.email).exists(),
    }
    return render(request, "accounts/mail.html", context)
