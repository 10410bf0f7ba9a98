"""What the composed pages show: other rooms' queries, put together."""

from lms.portal.queries.learning import CourseSteps, Learning, course_steps, learning
from lms.portal.queries.organizing import OrganizationLine, overview

__all__ = ["CourseSteps", "Learning", "OrganizationLine", "course_steps", "learning", "overview"]
