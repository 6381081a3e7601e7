from django.urls import path

from asana_tasks.views import (
    calendar,
    change,
    filters,
    insights,
    saved_views,
    seen,
    sync_now,
    sync_status,
    task_detail,
    task_list,
    time_zone,
    workspaces,
)

app_name = "asana_tasks"
urlpatterns = [
    path("tasks/", task_list.task_list, name="task_list"),
    path("tasks/filters/", filters.filters, name="filters"),
    path("tasks/calendar/", calendar.show_calendar, name="calendar"),
    path("tasks/<int:pk>/", task_detail.task_detail, name="task"),
    path("tasks/change/", change.change, name="change"),
    path("tasks/change/resume/<str:key>/", change.resume, name="resume_change"),
    path("tasks/sync/", sync_now.sync_now, name="sync_now"),
    path("tasks/status/", sync_status.sync_status, name="sync_status"),
    path("tasks/seen/", seen.mark_seen, name="mark_seen"),
    path("tasks/views/", saved_views.save_view, name="save_view"),
    path("tasks/views/<int:pk>/remove/", saved_views.remove_view, name="remove_view"),
    path("tasks/time-zone/", time_zone.time_zone, name="time_zone"),
    path("insights/", insights.insights, name="insights"),
    path("workspaces/", workspaces.workspace_list, name="workspace_list"),
    path("workspaces/<int:pk>/", workspaces.workspace, name="workspace"),
]
