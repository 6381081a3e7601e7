"""social-auth's addresses, less those we don't offer: no bulk disconnect, no launch bridges."""

from django.urls import path

from accounts.views import sign_in

app_name = "social"
urlpatterns = [
    path("login/<str:backend>/", sign_in.begin, name="begin"),
    path("complete/<str:backend>/", sign_in.complete, name="complete"),
]
