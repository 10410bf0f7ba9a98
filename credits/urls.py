from django.urls import path

from credits.views import score_table, statement

app_name = "credits"
urlpatterns = [
    path("", statement.own_statement, name="statement"),
    path("tables/", score_table.first_table, name="score-tables"),
    path("tables/<int:organization_id>/", score_table.page, name="score-table"),
    path("tables/<int:organization_id>/table.csv", score_table.download, name="score-table-csv"),
]
