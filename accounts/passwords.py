"""Rules for passwords that Django has no Chinese words for."""

from django.contrib.auth.password_validation import MinimumLengthValidator


class LongEnoughValidator(MinimumLengthValidator):
    """At least so many characters, said in Chinese."""

    def get_error_message(self) -> str:
        """Return what is wrong and what to do."""
        return f"密码太短，至少需要{self.min_length}个字符"

    def get_help_text(self) -> str:
        """Return the rule as the form shows it."""
        return f"密码至少{self.min_length}个字符。"
