"""Short ways to what is kept under a register, for the tests."""

from accounts.enums import Decision
from accounts.services.signatures import Verdict
from funds.enums import CustodyKind
from funds.services import custody
from funds.services.custody import Registration
from tests.city import NOW

NAMES = {"SEAL": "财务专用章", "BILL": "转账支票", "KEY": "企业网银U盾"}


def registered(city, kind, number="A-1", post="", **more):
    """Return an item whose first taking waits for the witness."""
    registration = Registration(CustodyKind(kind), NAMES[kind], number, **more)
    return custody.register_item(actor=city.actor(post or kind), registration=registration, at=NOW)


def kept(city, kind, number="A-1", post="", **more):
    """Return an item in the hands of who registered it."""
    item = registered(city, kind, number, post, **more)
    witness(city, item.transfers.get())
    item.refresh_from_db()
    return item


def signed(city, post, transfer, decision=Decision.APPROVE, opinion=""):
    """Let a post sign what a transfer waits for; return the transfer."""
    verdict = Verdict(decision, opinion, NOW, transfer.content_sha256)
    return custody.sign_transfer(actor=city.actor(post), transfer_id=transfer.pk, verdict=verdict)


def witness(city, transfer, decision=Decision.APPROVE, opinion=""):
    """Let the head of finance witness a transfer; return it."""
    return signed(city, "FHEAD", transfer, decision, opinion)
