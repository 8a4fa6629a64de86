"""The timeline of a matter: who signed what, and which signatures no longer count."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from accounts.enums import Decision, SubjectKind
from accounts.models import Signature
from common.db import run_sql


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One signature as screens and prints show it; `void_reason` is empty while it counts."""

    round: int
    step: str
    step_label: str
    person_id: int
    person: str
    post: str
    organisation: str
    decision: str
    decision_label: str
    opinion: str
    at: datetime
    void_reason: str

    @property
    def is_void(self) -> bool:
        """Tell whether the signature no longer counts."""
        return bool(self.void_reason)


STEP_LABELS = {
    "APPLY": "申请",
    "ACCEPT": "受理",
    "FIRST_REVIEW": "初审",
    "RE_REVIEW": "复核",
    "APPROVE": "审批",
    "REVIEW": "审核",
    "PREPARE": "编制",
    "CHECK": "复核",
    "RELEASE": "确认支付",
    "POST": "过账",
    "OFFICE": "机构负责人签字",
    "DEPARTMENT": "市职能部门签字",
    "LEADER": "分管领导签字",
    "PRINCIPAL": "主要领导签字",
    "SIGN": "负责人签字",
    "CONFIRM": "财务确认",
    "CLEAR": "核实排除",
    "UNLOCK": "批准解锁",
    "TRANSFER": "移交人签字",
    "RECEIVE": "接收人签字",
    "SUPERVISE": "监交人签字",
    "DECIDE": "核准",
}


def content_hash(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of the content in canonical form: what a signature covers."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def list_timeline(
    *, kind: SubjectKind, subject_id: int, current_round: int, current_sha256: str
) -> list[TimelineEntry]:
    """Return every signature on a matter, oldest first, saying which are void and why."""
    matter = {"subject_kind": kind, "subject_id": subject_id}
    rows = [_Signed(*row) for row in run_sql("accounts", "read_timeline", matter)]
    return [_entry(signed, current_round, current_sha256) for signed in rows]


class _Signed(NamedTuple):
    """One row of read_timeline.sql."""

    round: int
    step: str
    person_id: int
    person: str
    post: str
    organisation: str
    decision: str
    opinion: str
    content_sha256: str
    signed_at: datetime


def _entry(signed: _Signed, current_round: int, current_sha256: str) -> TimelineEntry:
    reason = ""
    if signed.round != current_round:
        reason = "已退回重办，本签署作废"
    elif signed.content_sha256 != current_sha256:
        reason = "签署后内容已变更，本签署作废"
    return TimelineEntry(
        round=signed.round,
        step=signed.step,
        step_label=STEP_LABELS.get(signed.step, signed.step),
        person_id=signed.person_id,
        person=signed.person,
        post=signed.post,
        organisation=signed.organisation,
        decision=signed.decision,
        decision_label=Decision(signed.decision).label,
        opinion=signed.opinion,
        at=signed.signed_at,
        void_reason=reason,
    )


def has_signed(*, kind: SubjectKind, subject_id: int, round_number: int, user_id: int) -> bool:
    """Tell whether the person already signed a step of this round."""
    return Signature.objects.filter(
        subject_kind=kind, subject_id=subject_id, round=round_number, person_id=user_id
    ).exists()
