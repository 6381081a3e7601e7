from django.urls import path

from accounts import (
    account_views,
    data_views,
    history_views,
    link_views,
    mail_views,
    permission_views,
    session_views,
    views,
)

app_name = "accounts"
urlpatterns = [
    path("", views.sign_in, name="home"),
    path("login/", views.sign_in, name="sign_in"),
    path("login/inactive/", views.inactive, name="inactive"),
    path("logout/", views.sign_out, name="sign_out"),
    path("accounts/", account_views.account_list, name="account_list"),
    path("accounts/connect/", link_views.connect, name="connect"),
    path("accounts/<int:pk>/label/", account_views.label, name="label"),
    path("accounts/<int:pk>/reconnect/", link_views.reconnect, name="reconnect"),
    path("accounts/<int:pk>/give-up-writing/", link_views.give_up_writing, name="give_up_writing"),
    path("accounts/<int:pk>/disconnect/", account_views.disconnect, name="disconnect"),
    path("accounts/<int:pk>/permission/", permission_views.permission, name="permission"),
    path("accounts/sessions/", session_views.session_list, name="session_list"),
    path("accounts/sessions/end/", session_views.end_other_sessions, name="end_other_sessions"),
    path("accounts/sessions/<slug:reference>/end/", session_views.end_session, name="end_session"),
    path("accounts/history/", history_views.history, name="history"),
    path("accounts/mail/", mail_views.mail, name="mail"),
    path("accounts/me/", data_views.my_data, name="my_data"),
    path("accounts/me/data/", data_views.download, name="download"),
    path("accounts/me/delete/", data_views.delete_person, name="delete_person"),
]
