from django.urls import path

from accounts import permission_views, views

app_name = "accounts"
urlpatterns = [
    path("", views.sign_in, name="home"),
    path("login/", views.sign_in, name="sign_in"),
    path("login/inactive/", views.inactive, name="inactive"),
    path("logout/", views.sign_out, name="sign_out"),
    path("accounts/", views.account_list, name="account_list"),
    path("accounts/<int:pk>/permission/", permission_views.permission, name="permission"),
    path("accounts/connect/", views.connect, name="connect"),
]
