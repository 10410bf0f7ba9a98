"""Signals of this room, sent inside the transaction that makes them true; keyword ids only."""

from django.dispatch import Signal

asset_ready = Signal()  # asset_id: UUID; its published version can be played from now on
asset_failed = Signal()  # asset_id: UUID; its newest version failed for good, failure_code says why
