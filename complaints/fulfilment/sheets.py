"""What is kept of an endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Self

from django.db.models import Model

from complaints.common.sheets import Sheet
from complaints.fulfilment.models import Endpoint

HIDDEN: Final = "•••"


@dataclass(frozen=True, kw_only=True)
class EndpointSheet(Sheet):
    """`secret` is what is written over the present one; empty, that stays. It is told to nobody, the log included."""

    name: str
    url: str
    kinds: tuple[str, ...]
    unit: int | None
    is_active: bool
    secret: str = ""

    @classmethod
    def of_endpoint(cls, endpoint: Endpoint) -> Self:
        """The sheet of an endpoint, without its secret."""
        return cls.of(endpoint, kinds=tuple(endpoint.kinds), secret="")

    def facts(self) -> dict[str, Any]:
        """What is written on it; of a secret only that there is a new one."""
        return {**super().facts(), "secret": HIDDEN if self.secret else ""}

    def write_on(self, row: Model) -> None:
        """Set the columns of a new or locked endpoint; its secret only where there is another one."""
        secret = self.secret or row.serializable_value("secret")
        super().write_on(row)
        for name, value in (("secret", secret), ("kinds", list(self.kinds))):
            setattr(row, name, value)
