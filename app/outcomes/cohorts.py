"""Cohorts: whose outcome a report period looks at, and from when on it can be known.

One rule makes all windows: what happens n quarters after the exit quarter can be in a report when exit quarter + n + 2 <= report
quarter, one quarter for employers to report wages and one to match them (RSA-TAC-17-04, pages 9 and 10). Exits themselves are
n = -1, whoever was served n = -2. A report over several quarters moves the same windows along.
"""

from dataclasses import dataclass
from datetime import date

from app.core.periods import Period, Quarters, last_ended

EXITED, SERVED = -1, -2
"""Exits are known a quarter later, for 90 days have to pass; who is served, at once."""


@dataclass(frozen=True)
class Cohort:
    """The quarters of the anchor (exit, end, service) that a figure looks at: `whole`, and the `window` of it that can be known by now."""

    whole: Quarters
    window: Quarters
    lag: int  # quarters from the anchor's to the report that can have it

    @property
    def begins(self) -> date:
        return self.window.begins

    @property
    def ends(self) -> date:
        """The window's last day; before its first if nothing of it can be known yet."""
        return self.window.ends

    @property
    def shown(self) -> Quarters:
        """What is printed beside the figure: the window, or where it is empty, the quarters that one has to wait for."""
        return self.window or self.whole

    @property
    def due(self) -> int:
        """The report quarter from which on the first of them can be known."""
        return self.whole.first + self.lag


def cohort(period: Period, after: int, *, asked: date) -> Cohort:
    """The cohort of what happens `after` so many quarters, in a report that is asked for on a day.

    A program year is cut at what can be in before its end, and any period at the last quarter that has ended when it is asked for.
    """
    lag = after + 2
    whole = Quarters(period.span.first - lag, period.span.last - lag)
    return Cohort(whole, whole.until(min(period.quarter, last_ended(asked)) - lag), lag)
