from django.conf import settings
from django.urls import path

from lms.portal.views import course_steps, home, organizer, styleguide

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("steps/<slug:slug>/", course_steps.course_steps, name="course-steps"),
    path("organizing/", organizer.organizer, name="organizer"),
]
if settings.STYLEGUIDE:
    urlpatterns.append(path("styleguide/", styleguide.styleguide, name="styleguide"))
