"""The word in a playback address that opens one film, for one person, for some hours.

It stands in the path, not in the query, so that every file named relatively in a playlist is opened by it
too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.core import signing

SALT = "media_pipeline.playback"


@dataclass(frozen=True)
class Token:
    """`prefix`: the folder in the storage that it opens, all of it and nothing else."""

    prefix: str
    viewer_id: int
    expires_at: datetime

    def write(self) -> str:
        """The signed word for an address."""
        return signing.Signer(salt=SALT).sign_object([self.prefix, self.viewer_id, int(self.expires_at.timestamp())])

    @classmethod
    def read(cls, text: str) -> Token | None:
        """The token in `text`, or None when this site did not sign it."""
        try:
            prefix, viewer_id, expires = signing.Signer(salt=SALT).unsign_object(text)
        except (signing.BadSignature, ValueError):
            return None
        return cls(prefix, viewer_id, datetime.fromtimestamp(expires, UTC))
