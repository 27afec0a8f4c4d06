"""How far an import is: never backwards, never whole before it is over, and a guess of the time that is left."""

from types import SimpleNamespace

import pytest

from app.imports.progress import Going, going

RATES = {"staging": 1e-4, "checking": 1e-4, "merging": 2e-4}


def row(status: str, *, through: int = 0, rows: int = 0, elapsed: float = 0.0, dry_run: bool = False) -> SimpleNamespace:
    return SimpleNamespace(status=status, size=1_000_000, through=through, rows=rows, elapsed=elapsed, dry_run=dry_run)


@pytest.mark.parametrize("status", ["checked", "refused", "merged", "repeated", "failed", "cancelled"])
def test_one_that_is_over_is_nowhere(status: str) -> None:
    assert going(row(status), RATES) is None


def test_one_that_waits_has_done_nothing() -> None:
    assert going(row("queued"), RATES) == Going(0.0, None)


def test_it_goes_forward_all_the_way() -> None:
    way = [
        row("staging"),
        row("staging", through=250_000, rows=2_500, elapsed=0.3),
        row("staging", through=1_000_000, rows=10_000, elapsed=1.0),
        row("checking", through=1_000_000, rows=10_000, elapsed=0.5),
        row("merging", through=1_000_000, rows=10_000, elapsed=0.0),
        row("merging", through=1_000_000, rows=10_000, elapsed=1.0),
        row("merging", through=1_000_000, rows=10_000, elapsed=100.0),  # longer than anybody thought
    ]
    told = [how for one in way if (how := going(one, RATES))]
    shares = [how.share for how in told]
    assert shares == sorted(shares)
    assert len(told) == len(way)
    assert (shares[0], shares[-1] < 1) == (0.0, True)
    assert [how.seconds_left for how in told] == [4, 4, 3, 2, 2, 1, 1]


def test_a_dry_run_does_not_merge() -> None:
    [checking] = [how for how in [going(row("checking", rows=10_000, elapsed=0.95, dry_run=True), RATES)] if how]
    assert checking.share > 0.9
