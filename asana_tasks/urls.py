from django.urls import path

from asana_tasks import calendar_views, change_views, detail_views, refresh_views, views

app_name = "asana_tasks"
urlpatterns = [
    path("tasks/", views.task_list, name="task_list"),
    path("tasks/calendar/", calendar_views.month, name="calendar"),
    path("tasks/<int:pk>/", detail_views.task, name="task"),
    path("tasks/change/", change_views.change, name="change"),
    path("tasks/change/resume/<str:key>/", change_views.resume, name="resume_change"),
    path("tasks/refresh/", refresh_views.refresh, name="refresh"),
    path("tasks/seen/", views.mark_seen, name="mark_seen"),
    path("tasks/views/", views.save_view, name="save_view"),
    path("tasks/views/<int:pk>/remove/", views.remove_view, name="remove_view"),
    path("tasks/time-zone/", views.time_zone, name="time_zone"),
    path("workspaces/", views.workspace_list, name="workspace_list"),
    path("workspaces/<int:pk>/", views.workspace, name="workspace"),
]
