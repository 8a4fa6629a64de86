"""The posting rules as the database holds them; `funds/posting_rules.py` holds the same."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from common.db import known_state
from funds.enums import BusinessEvent, FlowPlace, NormalSide


class PostingRule(models.Model):
    """An event of the regulation (记账规则): the document it comes from and its source in law.

    National reference data, the same for every pool. `sources` are the only kinds of document
    its vouchers are drafted from; empty: any.
    """

    event = models.CharField("业务事项", max_length=10, choices=BusinessEvent, primary_key=True)
    document = models.CharField("来源单据", max_length=60)
    sources = ArrayField(models.CharField(max_length=20), verbose_name="来源类别")
    law = models.CharField("依据", max_length=100)

    class Meta:
        verbose_name = "记账规则"
        constraints = [known_state("posting_rule_event_known", BusinessEvent, "event")]

    def __str__(self) -> str:
        return self.event


class PostingAccount(models.Model):
    """Accounts an event may debit or credit: those whose code begins with `prefix`."""

    rule = models.ForeignKey(PostingRule, models.CASCADE, verbose_name="记账规则")
    side = models.CharField("方向", max_length=6, choices=NormalSide)
    prefix = models.CharField("科目", max_length=12)

    class Meta:
        verbose_name = "规则科目"
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "side", "prefix"], name="posting_account_once_per_side"
            ),
            known_state("posting_account_side_known", NormalSide, "side"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.side} {self.prefix}"


class FlowEdge(models.Model):
    """A permitted movement of money (资金流向): from a place to another, for one event.

    Source: 财社〔2017〕144号第三十九至四十二条.
    """

    rule = models.ForeignKey(PostingRule, models.CASCADE, verbose_name="记账规则")
    from_place = models.CharField("转出", max_length=12, choices=FlowPlace)
    to_place = models.CharField("转入", max_length=12, choices=FlowPlace)

    class Meta:
        verbose_name = "资金流向"
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "from_place", "to_place"], name="flow_edge_once"
            ),
            known_state("flow_edge_from_known", FlowPlace, "from_place"),
            known_state("flow_edge_to_known", FlowPlace, "to_place"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.from_place} → {self.to_place}"
