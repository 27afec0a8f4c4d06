"""The synthetic population: the same for the same seed, true to what it cites, and with somebody on every edge of the rules."""

import csv
from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from app.core.schema import ROOT
from app.demo.partners import organisations
from app.demo.population import LATE, ORDER, Chunk, population
from app.demo.shares import AS_OF, BEGINS, PROGRAMS, RESULTS, SHARES, Shares
from app.demo.world import World, read
from app.imports.kinds import kinds
from app.participants.sealing import KeyRing, possible

REGIONS, PATHS = ROOT / "regions" / "us-ny", ROOT / "career_paths" / "us-ny"
SEED = 2026


@pytest.fixture(scope="module")
def world() -> World:
    return read(REGIONS, PATHS)


@pytest.fixture(scope="module")
def chunk(world: World) -> Chunk:
    """Twenty thousand people, as the demonstration has them."""
    [whole] = population(20_000, SEED, world)
    return whole


@pytest.fixture(scope="module")
def many(world: World) -> dict[str, pl.DataFrame]:
    """The truth about more people, so that chance counts for little."""
    chunks = list(population(120_000, SEED, world))
    assert [c.people for c in chunks] == [20_000] * 6
    return {name: pl.concat([c.truth[name] for c in chunks]) for name in ("people", "periods", "enrollments")}


def rows(chunk: Chunk, kind: str) -> pl.DataFrame:
    """Everything of a kind, what is late included."""
    return pl.concat([delivery.rows for delivery in chunk.deliveries if delivery.kind == kind])


def bytes_of(chunks: list[Chunk]) -> list[bytes]:
    return [frame.write_csv().encode() for c in chunks for frame in (*(delivery.rows for delivery in c.deliveries), *c.truth.values())]


def test_a_seed_makes_the_same_people_again(world: World) -> None:
    first = bytes_of(list(population(400, 7, world)))
    assert first == bytes_of(list(population(400, 7, world)))
    assert first != bytes_of(list(population(400, 8, world)))


def test_a_delivery_has_the_columns_of_its_kind(chunk: Chunk) -> None:
    known = kinds(KeyRing({"k": bytes(32)}))
    assert {delivery.kind for delivery in chunk.deliveries} == set(ORDER) <= set(known)
    for delivery in chunk.deliveries:
        columns = known[delivery.kind].columns
        assert set(delivery.rows.columns) <= {column.name for column in columns}
        for column in columns:
            if column.required:
                assert delivery.rows.get_column(column.name).null_count() == 0, (delivery.kind, column.name)


def test_deliveries_come_in_the_order_in_which_they_can_be_loaded(chunk: Chunk) -> None:
    assert [delivery.kind for delivery in chunk.deliveries] == [*ORDER, *LATE]
    assert [delivery.late for delivery in chunk.deliveries] == [False] * len(ORDER) + [True] * len(LATE)


def test_nothing_is_dated_after_the_day_on_which_the_clock_stands(chunk: Chunk) -> None:
    for delivery in chunk.deliveries:
        for name, kind in delivery.rows.schema.items():
            if kind == pl.Date and name not in ("planned_end", "planned_for"):
                assert not (delivery.rows.get_column(name) > AS_OF).any(), (delivery.kind, name)
    assert min(rows(chunk, "participants").get_column("registered_on")) >= BEGINS


# Rates, held against what is cited.

CREDENTIAL_DUE = AS_OF - timedelta(days=366)
STEADY = date(2024, 1, 1)
"""From here on those leave who started the longest paths too: before, whoever withdraws early is over-represented."""


def outcomes(truth: dict[str, pl.DataFrame], program: str) -> pl.DataFrame:
    of = truth["people"].filter(pl.col("program") == program).select("partner", "reference")
    exited = pl.col("exit").is_not_null() & pl.col("reason").is_null()
    return truth["periods"].filter(exited).join(of, on=["partner", "reference"])


def share(values: pl.Series) -> float:
    mean = values.cast(pl.Float64).mean()
    assert isinstance(mean, float)
    return mean


@pytest.mark.parametrize("program", PROGRAMS)
def test_rates_lie_within_three_points_of_those_cited(many: dict[str, pl.DataFrame], program: str) -> None:
    exited, cited = outcomes(many, program), RESULTS[program]
    assert share(exited.get_column("employed_q2").drop_nulls()) == pytest.approx(cited.employed_q2, abs=0.03)
    assert share(exited.get_column("employed_q4").drop_nulls()) == pytest.approx(cited.employed_q4, abs=0.03)
    cohort = exited.filter("credential_cohort", pl.col("exit").is_between(STEADY, CREDENTIAL_DUE))
    if program == "wagner_peyser":
        assert cohort.height == 0  # the Employment Service pays for no training
    else:
        assert share(cohort.get_column("credential")) == pytest.approx(cited.credential, abs=0.03)


@pytest.mark.parametrize("program", PROGRAMS)
def test_medians_lie_within_five_percent_of_those_cited(many: dict[str, pl.DataFrame], program: str) -> None:
    median = outcomes(many, program).get_column("wages_q2").median()
    assert isinstance(median, float)
    assert median / 100 == pytest.approx(RESULTS[program].median_q2, rel=0.05)


def test_people_live_where_people_live(many: dict[str, pl.DataFrame], world: World) -> None:
    lives = many["people"].get_column("region").value_counts(normalize=True)
    shares = dict(lives.filter(pl.col("region").is_not_null()).iter_rows())
    for region in world.regions:
        expected = sum(weight for home, weight in zip(world.homes, world.weights, strict=True) if home.region == region)
        assert shares[region] == pytest.approx(expected * (1 - SHARES.out_of_state), abs=0.01)


def test_occupations_are_known_for_the_share_that_is_stated(chunk: Chunk) -> None:
    known = (
        rows(chunk, "employment_records")
        .group_by("partner", "quarter", reference="participant")
        .agg(known=pl.col("occupation").is_not_null().any())
    )
    second = pl.col("last_service").dt.year().cast(pl.Int32) * 4 + pl.col("last_service").dt.quarter() + 1
    quarter = pl.format("{}Q{}", second // 4, second % 4 + 1)
    at_work = chunk.truth["periods"].filter("employed_q2").with_columns(quarter=quarter).join(known, on=["partner", "reference", "quarter"])
    assert at_work.height > 5_000
    assert share(at_work.get_column("known")) == pytest.approx(SHARES.occupation_known, abs=0.03)


# Edges

OF_ENDED = (
    *("back_on_day_89", "back_on_day_90", "back_on_day_91", "back_later", "bridged_late", "extended_late", "gap_kept", "gap_missed"),
    *("exit_institutionalized", "exit_health_medical", "exit_deceased", "exit_reserve_called_to_duty", "exit_ineligible"),
    "exit_criminal_offender",
)


def edges(truth: dict[str, pl.DataFrame] | Chunk) -> Counter[str]:
    people = (truth.truth if isinstance(truth, Chunk) else truth)["people"]
    return Counter(people.get_column("edges").drop_nulls().str.split("|").explode().drop_nulls().to_list())


def test_every_edge_has_somebody_even_among_few(world: World) -> None:
    [few] = population(300, SEED, world)
    found = edges(few)
    assert not {*OF_ENDED, "exit_foster_care", "two_boards", "no_ssn", "out_of_state", "place_missing"} - found.keys()
    assert all(delivery.rows.height for delivery in few.deliveries)
    assert few.truth["people"].filter(~pl.col("participates")).height


def test_edges_have_the_shares_that_are_stated(many: dict[str, pl.DataFrame]) -> None:
    found = edges(many)
    participants = many["people"].filter("participates").height
    ended = many["periods"].filter((pl.col("number") == 1) & (pl.col("last_service") <= AS_OF - timedelta(days=220))).height
    for edge in OF_ENDED:
        stated = getattr(SHARES, "exit_reason" if edge.startswith("exit_") else edge)
        assert found[edge] / ended == pytest.approx(stated, rel=0.05), edge
    assert found["two_boards"] / participants == pytest.approx(SHARES.two_boards, rel=0.1)
    assert found["no_ssn"] / many["people"].height == pytest.approx(SHARES.no_ssn, rel=0.1)
    assert found["out_of_state"] / many["people"].height == pytest.approx(SHARES.out_of_state, rel=0.01)
    assert many["people"].filter(~pl.col("participates")).height / many["people"].height == pytest.approx(SHARES.self_study, rel=0.05)


def test_shares_are_shares() -> None:
    for name in Shares.__dataclass_fields__:
        value = getattr(SHARES, name)
        assert all(0 < each < 1 for each in (value if isinstance(value, tuple) else (value,))), name
    assert sum(SHARES.program) == pytest.approx(1)
    assert sum(SHARES.sources) == pytest.approx(1)


def test_some_quarters_have_two_employers(chunk: Chunk) -> None:
    by_quarter = rows(chunk, "employment_records").group_by("partner", "participant", "quarter").agg(pl.col("employer").n_unique())
    assert share(by_quarter.get_column("employer") == 2) == pytest.approx(SHARES.two_employers, abs=0.015)
    assert by_quarter.get_column("employer").max() == 2


def test_two_boards_serve_one_person(chunk: Chunk) -> None:
    boards = {partner.key for partner in organisations(read(REGIONS, PATHS)) if partner.kind == "workforce_board"}
    served = rows(chunk, "services").filter(pl.col("partner").is_in(boards)).group_by("of", "participant").agg(pl.col("partner").n_unique())
    assert (served.get_column("partner") == 2).sum() == edges(chunk)["two_boards"]


def test_late_wages_are_of_people_whose_other_wages_came_in_time(chunk: Chunk) -> None:
    in_time, late = (delivery.rows for delivery in chunk.deliveries if delivery.kind == "employment_records")
    key = ["partner", "participant", "quarter", "employer"]
    assert late.height
    assert late.join(in_time, on=key).height == 0
    assert late.select("partner", "participant").unique().join(in_time, on=["partner", "participant"]).height


# Truth: the periods are those that a calendar would find in the services.


def catalogue() -> dict[str, dict[str, str]]:
    with (REGIONS / "service_catalogue.csv").open(encoding="utf-8", newline="") as lines:
        return {row["key"]: row for row in csv.DictReader(lines)}


Days = list[tuple[date, date | None, bool]]


def walked(services: Days, planned: list[tuple[date, date]]) -> list[tuple[date, date | None, date | None]]:
    """Entry, last day served and exit of each period, service after service: obviously right, and slow."""
    found: list[tuple[date, date | None, date]] = []
    for given, ended, triggers in sorted(services, key=lambda service: service[0]):
        until = ended or date.max
        held = date.max if ended is None else ended + timedelta(days=90)
        if found and given <= found[-1][2]:
            entry, last, open_until = found[-1]
            found[-1] = (entry, max(last or date.min, until), max(open_until, held))
        elif triggers:
            found.append((given, until, held))
        for documented, planned_for in planned:
            entry, last, open_until = found[-1]
            if entry <= documented <= open_until:
                found[-1] = (entry, last, max(open_until, planned_for))
    ends = [(entry, None if last == date.max else last, open_until) for entry, last, open_until in found]
    return [(entry, last, last if open_until < AS_OF else None) for entry, last, open_until in ends]


def test_the_truth_about_periods_is_what_the_services_say(chunk: Chunk) -> None:
    kinds_of = catalogue()
    services: dict[tuple[str, str], Days] = defaultdict(list)
    for row in rows(chunk, "services").iter_rows(named=True):
        kind = kinds_of[row["kind"]]
        assert row["program"] in kind["programs"].split("|"), row
        if kind["extends"] == "true":
            ended = row["ended_on"] if kind["runs"] == "true" else row["given_on"]
            services[row["of"], row["participant"]].append((row["given_on"], ended, kind["triggers"] == "true"))
    planned: dict[tuple[str, str], list[tuple[date, date]]] = defaultdict(list)
    for row in rows(chunk, "planned_services").iter_rows(named=True):
        planned[row["of"], row["participant"]].append((row["documented_on"], row["planned_for"]))
    meant: dict[tuple[str, str], list[tuple[date, date | None, date | None]]] = defaultdict(list)
    for row in chunk.truth["periods"].sort("number").iter_rows(named=True):
        meant[row["partner"], row["reference"]].append((row["entry"], row["last_service"], row["exit"]))
    assert meant.keys() == services.keys()
    for person, periods in meant.items():
        assert periods == walked(services[person], planned[person]), person


def test_the_truth_about_work_is_what_the_records_say(chunk: Chunk) -> None:
    known: dict[tuple[str, str, str], list[str | None]] = defaultdict(list)
    for row in rows(chunk, "employment_records").iter_rows(named=True):
        known[row["partner"], row["participant"], row["quarter"]].append(row["wages"])
    for row in chunk.truth["periods"].iter_rows(named=True):
        if row["last_service"] is None:
            continue
        at = row["last_service"].year * 4 + (row["last_service"].month - 1) // 3 + 2
        wages = known[row["partner"], row["reference"], f"{at // 4}Q{at % 4 + 1}"]
        assert bool(wages) == bool(row["employed_q2"])
        cents = sum(round(float(amount) * 100) for amount in wages if amount)
        assert cents == (row["wages_q2"] or 0)


# People and paths


def test_numbers_are_possible_and_no_two_alike(chunk: Chunk) -> None:
    numbers = rows(chunk, "participants").get_column("ssn").drop_nulls()
    assert numbers.n_unique() == len(numbers)
    assert all(possible(number) for number in numbers)
    assert all("780" <= number[:3] <= "887" for number in numbers)


def test_nobody_can_be_taken_for_a_real_person(chunk: Chunk) -> None:
    people = rows(chunk, "participants")
    assert people.get_column("phone").str.contains(r"^\d{3}-555-01\d\d$").all()
    assert people.get_column("email").drop_nulls().str.ends_with("@example.org").all()
    assert people.get_column("last_name").str.contains("^(Demo|Sample|Specimen|Test|Mock)").all()
    assert people.get_column("address").str.contains("Example Street").all()


def test_records_of_people_without_a_number_are_no_wage_match(chunk: Chunk) -> None:
    without = rows(chunk, "participants").filter(pl.col("ssn").is_null()).select("partner", participant="reference")
    records = rows(chunk, "employment_records").join(without, on=["partner", "participant"])
    assert set(records.get_column("source")) == {"supplemental"}


def test_learners_without_participation_have_wages_where_an_agreement_says_so(chunk: Chunk, world: World) -> None:
    agreed = {partner.key for partner in organisations(world) if partner.wage_match}
    alone = chunk.truth["people"].filter(~pl.col("participates")).select("partner", participant="reference")
    matched = set(rows(chunk, "employment_records").join(alone, on=["partner", "participant"]).get_column("partner"))
    assert matched == agreed


def test_steps_are_finished_in_order_and_completions_have_all(chunk: Chunk, world: World) -> None:
    order = {way.key: [rung.key for rung in way.rungs] for way in world.ways}
    done: dict[tuple[str, str], list[tuple[date, str]]] = defaultdict(list)
    for row in rows(chunk, "step_completions").iter_rows(named=True):
        done[row["partner"], row["enrollment"]].append((row["completed_on"], row["step"]))
    for row in chunk.truth["enrollments"].iter_rows(named=True):
        steps, path = done[row["partner"], row["reference"]], order[row["career_path"]]
        assert [step for _, step in steps] == path[: len(steps)]
        assert all(before <= after for (before, _), (after, _) in pairwise(steps))
        assert all(row["started_on"] <= on <= (row["ended_on"] or AS_OF) for on, _ in steps)
        assert (len(steps) == len(path)) is row["completed"]


def test_paths_are_taken_where_they_are_offered(chunk: Chunk, world: World) -> None:
    offered = {way.key: way.offered for way in world.ways}
    people = chunk.truth["people"].select("partner", "reference", "region")
    taken = chunk.truth["enrollments"].join(people, left_on=["person_partner", "person"], right_on=["partner", "reference"])
    for path, region in taken.select("career_path", "region").unique().iter_rows():
        where = offered[path]
        assert where is None or region in where, (path, region)
    assert set(taken.get_column("career_path")) == set(offered)


def test_the_world_is_that_of_the_definitions(world: World) -> None:
    assert (len(world.regions), len(world.areas), len({home.county for home in world.homes})) == (10, 33, 62)
    assert {home.area for home in world.homes} == set(world.areas)
    partners = organisations(world)
    assert Counter(partner.kind for partner in partners) == {"workforce_board": 33, "community_college": 12}
    assert len({partner.key for partner in partners}) == 45
    assert all("(demo)" in partner.name for partner in partners)


def test_the_world_needs_its_files(tmp_path: Path) -> None:
    with pytest.raises(IndexError):
        read(tmp_path, PATHS)
