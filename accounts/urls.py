from django.urls import path

from accounts.views import (
    accounts,
    confirm,
    csp_reports,
    data,
    history,
    links,
    mail,
    permission,
    sessions,
    sign_in,
)

app_name = "accounts"
urlpatterns = [
    path("", sign_in.sign_in, name="home"),
    path("login/", sign_in.sign_in, name="sign_in"),
    path("login/inactive/", sign_in.inactive, name="inactive"),
    path("logout/", sign_in.sign_out, name="sign_out"),
    path("csp-reports/", csp_reports.csp_reports, name="csp_reports"),
    path("accounts/", accounts.account_list, name="account_list"),
    path("accounts/confirm/", confirm.confirm, name="confirm"),
    path("accounts/connect/", links.connect, name="connect"),
    path("accounts/<int:pk>/connected-already/", links.connected_already, name="connected_already"),
    path("accounts/<int:pk>/label/", accounts.label, name="label"),
    path("accounts/<int:pk>/reconnect/", links.reconnect, name="reconnect"),
    path("accounts/<int:pk>/give-up-writing/", links.give_up_writing, name="give_up_writing"),
    path("accounts/<int:pk>/disconnect/", accounts.disconnect, name="disconnect"),
    path("accounts/<int:pk>/permission/", permission.permission, name="permission"),
    path("accounts/<int:pk>/custom-fields/", permission.custom_fields, name="custom_fields"),
    path("accounts/sessions/", sessions.session_list, name="session_list"),
    path("accounts/sessions/end/", sessions.end_other_sessions, name="end_other_sessions"),
    path("accounts/sessions/<slug:reference>/end/", sessions.end_session, name="end_session"),
    path("accounts/history/", history.history, name="history"),
    path("accounts/mail/", mail.mail, name="mail"),
    path("accounts/me/", data.my_data, name="my_data"),
    path("accounts/me/data/", data.download, name="download"),
    path("accounts/me/delete/mail/", confirm.mail_proof, name="mail_proof"),
    path("accounts/me/delete/", data.delete_person, name="delete_person"),
]
