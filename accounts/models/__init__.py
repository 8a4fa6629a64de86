"""Tables of accounts, one module per aggregate."""

from accounts.models.base import BulkRow, PoolRow
from accounts.models.changes import ParameterChange
from accounts.models.organisations import Organisation, Pool, WorkYear
from accounts.models.people import SignedInSession, User
from accounts.models.posts import DutyHolding, IncompatiblePosts, Post, PostGrant
from accounts.models.records import (
    Attachment,
    AuditEvent,
    AuditSeal,
    OutsideDecision,
    Parameter,
    Signature,
    StateTransition,
)
from accounts.models.work import Document, Job, JobStop, Notice, NumberSeries, OutboxEvent

__all__ = [
    "Attachment",
    "AuditEvent",
    "AuditSeal",
    "BulkRow",
    "Document",
    "DutyHolding",
    "IncompatiblePosts",
    "Job",
    "JobStop",
    "Notice",
    "NumberSeries",
    "Organisation",
    "OutboxEvent",
    "OutsideDecision",
    "Parameter",
    "ParameterChange",
    "Pool",
    "PoolRow",
    "Post",
    "PostGrant",
    "Signature",
    "SignedInSession",
    "StateTransition",
    "User",
    "WorkYear",
]
