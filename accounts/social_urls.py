"""URLs of social-auth that we offer: not its bulk disconnect, and no launch bridges."""

from django.urls import path

from accounts.views import sign_in

app_name = "social"
urlpatterns = [
    path("login/<str:backend>/", sign_in.begin, name="begin"),
    path("complete/<str:backend>/", sign_in.complete, name="complete"),
]
