from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class HashedStaticFilesStorage(ManifestStaticFilesStorage):
    """Static files under names that carry their content's hash, imports between ES modules included."""

    support_js_module_import_aggregation = True
