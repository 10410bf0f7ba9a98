from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Static files under names that carry their content's hash, imports between ES modules included.

    Beside each lies the same file packed by gzip, made once when the files are collected: WhiteNoise sends that one to
    every browser that takes it.
    """

    support_js_module_import_aggregation = True

    def create_compressor(self, **options: Any) -> Compressor:
        """Gzip only: brotli would be a tenth smaller, and take ten seconds at each first start of a new version."""
        return Compressor(use_brotli=False, **options)
