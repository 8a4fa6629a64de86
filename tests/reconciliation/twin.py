"""The slow twin of compare_business_with_ledger: both sides in dicts, kinds by hand."""

from collections import defaultdict
from decimal import Decimal

from funds.models import VoucherLine
from payouts.models import BankReturnLine, PaymentInstruction

EXPENDITURE = {"5001", "5104", "5105", "5201"}
RETURNS = {"E11", "E13"}  # 退票、追回


def plain_comparison(city, office, month):
    """Return {(item, batch): (count, amount, count, amount, kind)} of an office's month."""
    organisation = city.offices[office].pk
    business, home = _business(organisation, month)
    ledger, live, everywhere, returned = _ledger(organisation, month)
    wrong = _wrong(organisation, month)
    result = {}
    for key in set(business) | set(ledger) | wrong:
        ours, theirs = business.get(key), ledger.get(key)
        elsewhere = {
            (org, when)
            for (batch, org, _item, when), total in everywhere.items()
            if batch == key[1] and total
        }
        seen = _Sight(organisation, key, elsewhere, ledger, live, home)
        seen.is_return = theirs is not None and returned.get(key) == theirs[1]
        kind = "D7" if key in wrong else seen.kind(ours, theirs)
        result[key] = (*(ours or [0, 0]), *(theirs or [0, 0]), kind)
    return result


def _in_month(day, month):
    return day is not None and (day.year, day.month) == (month.year, month.month)


def _business(organisation, month):
    business, home = defaultdict(lambda: [0, Decimal(0)]), {}
    for row in PaymentInstruction.objects.filter(state="SUCCESS").select_related("batch__item"):
        batch, is_in = row.batch, _in_month(row.bank_date, month)
        home.setdefault(batch.number, (batch.organisation_id, batch.item.code, set()))
        home[batch.number][2].add(is_in)
        if batch.organisation_id == organisation and is_in:
            business[batch.item.code, batch.number][0] += 1
            business[batch.item.code, batch.number][1] += row.amount
    return business, home


def _ledger(organisation, month):
    ledger, everywhere = defaultdict(lambda: [0, Decimal(0)]), defaultdict(Decimal)
    vouchers, returned = defaultdict(set), defaultdict(Decimal)
    for line in VoucherLine.objects.filter(voucher__state="POSTED").select_related(
        "voucher__reverses", "account"
    ):
        if line.account.code[:4] not in EXPENDITURE:
            continue
        sign, amount = (1 if line.debit else -1), line.debit - line.credit
        when = _in_month(line.voucher.voucher_date, month)
        everywhere[line.batch_number, line.organisation_id, line.item_code, when] += amount
        if when and line.organisation_id == organisation:
            key = (line.item_code, line.batch_number)
            ledger[key][0] += sign * line.entry_count
            ledger[key][1] += amount
            vouchers[key, sign].add(line.voucher_id)
            if (line.voucher.reverses or line.voucher).event in RETURNS:
                returned[key] += amount
    live = {key: len(vouchers[key, 1]) - len(vouchers[key, -1]) for key in ledger}
    kept = {key: value for key, value in ledger.items() if any(value)}
    return kept, live, everywhere, returned


def _wrong(organisation, month):
    rows = BankReturnLine.objects.select_related("bank_return", "instruction__batch__item")
    return {
        (row.instruction.batch.item.code, row.instruction.batch.number)
        for row in rows
        if row.is_success != (row.instruction.state == "SUCCESS")
        and row.instruction.batch.organisation_id == organisation
        and _in_month(row.bank_return.bank_date, month)
    }


class _Sight:
    """What one item and batch looks like from one office."""

    def __init__(self, organisation, key, elsewhere, ledger, live, home):
        self.organisation, self.item = organisation, key[0]
        self.is_elsewhere = any(org != organisation for org, _ in elsewhere) or any(
            other[1] == key[1] and other[0] != key[0] for other in ledger
        )
        self.in_other_month = any(org == organisation and not when for org, when in elsewhere)
        self.live, self.home = live.get(key, 0), home.get(key[1])

    def kind(self, ours, theirs):
        """Return the kind of difference, empty when both sides are equal."""
        if ours == theirs:
            return ""
        if ours is None:
            return self._without_payment(theirs[1])
        if theirs is None:
            return "D6" if self.is_elsewhere else "D1" if self.in_other_month else "D3"
        if self.is_elsewhere:
            return "D6"
        return "D5" if theirs[1] > ours[1] and self.live > 1 else "D2"

    def _without_payment(self, amount):
        is_own = self.home is not None and self.home[:2] == (self.organisation, self.item)
        if self.is_return and is_own and False in self.home[2]:
            return "D1"
        if amount < 0:
            return "D2"
        if self.home is None:
            return "D4"
        if is_own and False in self.home[2]:
            return "D5" if self.in_other_month else "D1"
        return "D6"
