from django.urls import path

from asana_tasks import views

app_name = "asana_tasks"
urlpatterns = [
    path("tasks/", views.task_list, name="task_list"),
    path("tasks/refresh/", views.refresh, name="refresh"),
    path("workspaces/", views.workspace_list, name="workspace_list"),
    path("workspaces/<int:pk>/", views.workspace, name="workspace"),
]
