"""What may be shown to whom, as a matter of type.

`Internal` marks what small groups can be read off: it is for the state's own staff. What anybody else may see is made by `releases`
alone, and is another type; so a writer or a route that takes the wrong one does not type-check.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

Content = TypeVar("Content", covariant=True)

MARK = "internal"
NOTICE = "INTERNAL - unprotected figures for the state's own staff. Small groups can be recognized: do not publish or pass on."


@dataclass(frozen=True)
class Internal(Generic[Content]):
    """Something for the state's own staff, unprotected. Whoever writes it marks every page with `NOTICE`."""

    content: Content

    @property
    def mark(self) -> str:
        """What the column `disclosure` says."""
        return MARK
