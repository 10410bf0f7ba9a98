"""Charts drawn by the server: each is data (model.py), a picture (bars, columns, lines), words, a table and a file.

A view builds a Chart, gives it to the page and answers the request for its file:

    figure = Chart(key="months", kind=Kind.COLUMNS, title=..., category=..., labels=..., series=(Series(...),))
    if (file := asked_file(request, figure)) is not None:      # lms.common.charts.files
        return file

The page says `{% load charts %}{% chart figure %}`. Nothing in this package but wording.py, files.py and the tag
knows Django. Why no library: docs/decisions/0009.
"""

from lms.common.charts.model import Chart, ChartError, Kind, Mark, Series
from lms.common.charts.ranges import count_by_range, range_labels, score_edges

__all__ = ["Chart", "ChartError", "Kind", "Mark", "Series", "count_by_range", "range_labels", "score_edges"]
