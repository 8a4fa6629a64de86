from django.apps import AppConfig


class RiskControlConfig(AppConfig):
    name = "riskcontrol"
    verbose_name = "风险防控"
