from django.conf import settings
from django.urls import path

from lms.portal.views import course_steps, home, notifications, offline, organizer, search, styleguide

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("more/", home.more, name="more"),
    path("search/", search.search, name="search"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.read_all, name="notifications-read"),
    path("notifications/<int:notification_id>/", notifications.open_notification, name="notification"),
    path("steps/<slug:slug>/", course_steps.course_steps, name="course-steps"),
    path("organizing/", organizer.organizer, name="organizer"),
    path("organizing/<int:organization_id>/", organizer.organization_members, name="organization-members"),
    path("offline/", offline.offline, name="offline"),
    path("sw.js", offline.service_worker, name="service-worker"),
]
if settings.STYLEGUIDE:
    urlpatterns.append(path("styleguide/", styleguide.styleguide, name="styleguide"))
