from django.contrib import admin
from django.urls import include, path

from config import web_app

handler500 = "accounts.outage.server_error"
urlpatterns = [
    path("", include("accounts.urls")),
    path("", include("asana_tasks.urls")),
    path("", include("accounts.social_urls", namespace="social")),
    path("admin/", admin.site.urls),
    path("manifest.webmanifest", web_app.manifest, name="manifest"),
    path("favicon.ico", web_app.favicon, name="favicon"),
]
