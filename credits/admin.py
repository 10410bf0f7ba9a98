from django.contrib import admin

from credits.models import Account, Balance, CapBucket, Decision, LearningEvent, LedgerEntry, RuleVersion
from lms.common.read_only_admin import ReadOnlyAdmin


@admin.register(LearningEvent)
class LearningEventAdmin(ReadOnlyAdmin):
    list_display = ("id", "type", "member", "title", "occurred_at")
    list_select_related = ("member",)
    search_fields = ("member__learner_no", "title")


@admin.register(RuleVersion)
class RuleVersionAdmin(ReadOnlyAdmin):
    list_display = ("code", "seq", "trigger", "organization", "valid_from", "valid_to")
    list_select_related = ("organization",)


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ("id", "rule_code", "asked", "granted", "reason", "decided_at")


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = ("id", "member", "mseq", "kind", "amount", "year", "posted_at")
    list_select_related = ("member",)
    search_fields = ("member__learner_no", "idempotency_key")


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    list_display = ("member", "unit", "mseq", "head_hash")
    list_select_related = ("member",)


@admin.register(Balance)
class BalanceAdmin(ReadOnlyAdmin):
    list_display = ("member", "unit", "year", "total", "n")
    list_select_related = ("member",)
    search_fields = ("member__learner_no",)


@admin.register(CapBucket)
class CapBucketAdmin(ReadOnlyAdmin):
    list_display = ("member", "group", "window", "used")
    list_select_related = ("member",)
