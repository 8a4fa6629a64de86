"""The one signing mechanism: cases, plans, batches, vouchers, grants, statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.enums import Decision, SubjectKind
from accounts.models import Signature
from accounts.selectors.signatures import content_hash
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError

__all__ = [
    "REFUSALS",
    "AlreadySigned",
    "ContentChanged",
    "Matter",
    "OpinionMissing",
    "OwnMatter",
    "PostNotInForce",
    "SignedACase",
    "SignedACaseOfBatch",
    "SignedAPlan",
    "SignedTheCase",
    "StepAlreadySigned",
    "Verdict",
    "approve",
    "content_hash",
    "sign",
    "sign_many",
]


class AlreadySigned(DomainError):
    code = "ALREADY_SIGNED"
    message = "本轮您已经办理过该事项的其他环节，同一人不能办理两个环节"


class StepAlreadySigned(DomainError):
    code = "STEP_ALREADY_SIGNED"
    message = "该环节已由他人办理，请刷新页面查看"


class PostNotInForce(DomainError):
    code = "POST_NOT_IN_FORCE"
    message = "您的岗位授权已失效，不能签署"


class OwnMatter(DomainError):
    code = "OWN_MATTER"
    message = "本人的业务须回避，不能办理"


class SignedACase(DomainError):
    code = "SIGNED_A_CASE_OF_THIS_PLAN"
    message = "您办理过本计划中的案件，不能签署该计划"


class SignedAPlan(DomainError):
    code = "SIGNED_A_PLAN_OF_THIS_BATCH"
    message = "您签署过本批次的发放计划，不能办理该批次"


class SignedTheCase(DomainError):
    code = "SIGNED_THE_CASE"
    message = "您办理过此人的案件，不能核实排除其比对差异"


class SignedACaseOfBatch(DomainError):
    code = "SIGNED_A_CASE_OF_THIS_BATCH"
    message = "您办理过本批次中的案件，不能办理该批次"


class OpinionMissing(DomainError):
    code = "OPINION_MISSING"
    message = "退回或不予通过时必须填写意见"


class ContentChanged(DomainError):
    code = "CONTENT_CHANGED"
    message = "内容在您打开页面之后有变化，请核对后重新签署"


REFUSALS = {
    "signature_one_step_per_person": AlreadySigned,
    "signature_one_person_per_step": StepAlreadySigned,
    "signature_under_a_post_in_force": PostNotInForce,
    "signer_not_the_beneficiary": OwnMatter,
    "plan_signer_took_no_part_in_its_cases": SignedACase,
    "batch_signer_signed_none_of_its_plans": SignedAPlan,
    "batch_signer_took_no_part_in_its_cases": SignedACaseOfBatch,
    "clearing_signer_took_no_part_in_the_case": SignedTheCase,
    "signature_refusal_has_opinion": OpinionMissing,
}


@dataclass(frozen=True, slots=True)
class Matter:
    """What is being signed: one round of one row, its content, and the office it belongs to."""

    kind: SubjectKind
    id: int
    round: int
    content_sha256: str
    organisation_id: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """One person's decision. `seen_sha256` is the content the screen showed, if it said."""

    decision: Decision
    opinion: str
    signed_at: datetime
    seen_sha256: str = ""


def sign(*, actor: Person, matter: Matter, step: str, verdict: Verdict) -> Signature:
    """Insert one signature. The caller has locked the row and checked state and duty.

    Raises:
        AlreadySigned: the person entered the matter or signed another step of this round.
        StepAlreadySigned: somebody else signed this step a moment ago.
        ContentChanged: the screen showed other content than what stands now.
        PostNotInForce, OwnMatter, SignedACase, SignedAPlan: the database's other refusals.
    """
    return sign_many(actor=actor, matters=[matter], step=step, verdict=verdict)[0]


def sign_many(
    *, actor: Person, matters: Sequence[Matter], step: str, verdict: Verdict
) -> list[Signature]:
    """Insert one signature for each of several matters, with the same verdict; see `sign`."""
    if verdict.seen_sha256 and any(one.content_sha256 != verdict.seen_sha256 for one in matters):
        raise ContentChanged
    with constraint_errors(REFUSALS):
        return Signature.objects.bulk_create(
            Signature(
                pool_id=actor.pool_id,
                subject_kind=matter.kind,
                subject_id=matter.id,
                round=matter.round,
                step=step,
                person_id=actor.user_id,
                post_id=actor.post,
                organisation_id=matter.organisation_id,
                decision=verdict.decision,
                opinion=verdict.opinion,
                content_sha256=matter.content_sha256,
                signed_at=verdict.signed_at,
            )
            for matter in matters
        )


def approve(actor: Person, matter: Matter, step: str, at: datetime, opinion: str = "") -> Signature:
    """Sign a step with an approval: the maker's first signature and other plain steps."""
    return sign(
        actor=actor, matter=matter, step=step, verdict=Verdict(Decision.APPROVE, opinion, at)
    )
