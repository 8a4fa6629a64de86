"""Errors that a user may read. Anything else is a bug and must crash."""


class DomainError(Exception):
    """An anticipated refusal. `code` is for logs and machines, `message` for the screen."""

    code = "DOMAIN_ERROR"
    message = "操作未能完成"

    def __init__(self, message: str | None = None) -> None:
        self.message = message or self.message
        super().__init__(f"{self.code}: {self.message}")


class NotFound(DomainError):
    """The object does not exist, or not for this person: both look the same (404)."""

    code = "NOT_FOUND"
    message = "没有找到，或不在您的管理范围内"


class Forbidden(DomainError):
    """The page exists, but none of the person's duties opens it (403)."""

    code = "FORBIDDEN"
    message = "您当前的岗位没有此项权限"
