from django.urls import path

from asana_tasks.views import calendar, change, sync_now, task_detail, task_list

app_name = "asana_tasks"
urlpatterns = [
    path("tasks/", task_list.task_list, name="task_list"),
    path("tasks/calendar/", calendar.month, name="calendar"),
    path("tasks/<int:pk>/", task_detail.task, name="task"),
    path("tasks/change/", change.change, name="change"),
    path("tasks/change/resume/<str:key>/", change.resume, name="resume_change"),
    path("tasks/refresh/", sync_now.sync_now, name="refresh"),
    path("tasks/seen/", task_list.mark_seen, name="mark_seen"),
    path("tasks/views/", task_list.save_view, name="save_view"),
    path("tasks/views/<int:pk>/remove/", task_list.remove_view, name="remove_view"),
    path("tasks/time-zone/", task_list.time_zone, name="time_zone"),
    path("workspaces/", task_list.workspace_list, name="workspace_list"),
    path("workspaces/<int:pk>/", task_list.workspace, name="workspace"),
]
