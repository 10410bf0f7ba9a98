"""Writes to the ledger: one function per act, each in one transaction."""

from credits.services.posting import post, reverse_entry
from credits.services.rebuilding import Difference, rebuild_caches
from credits.services.reconciling import Reconciliation, reconcile
from credits.services.rule_versions import publish_rule

__all__ = [
    "Difference",
    "Reconciliation",
    "post",
    "publish_rule",
    "rebuild_caches",
    "reconcile",
    "reverse_entry",
]
