"""social-auth's addresses, less those we don't offer: no bulk disconnect, no launch bridges."""

from django.urls import path

from accounts import views

app_name = "social"
urlpatterns = [
    path("login/<str:backend>/", views.begin, name="begin"),
    path("complete/<str:backend>/", views.complete, name="complete"),
]
