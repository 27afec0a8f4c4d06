"""Definitions for Hypothesis: whatever the contract allows, not what people usually write."""

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from app.contract.career_paths import (
    CareerPathDefinition,
    CollectedPath,
    CollectionDefinition,
    Credential,
    OnetTarget,
    Provider,
    SocTarget,
    Step,
)
from app.contract.definitions import RegionReference

_PRINTABLE = st.characters(exclude_categories=("Cc", "Cs"))
LINES = st.text(_PRINTABLE, min_size=1, max_size=40).map(str.strip).filter(bool)
PROSE = st.text(_PRINTABLE | st.just("\n"), min_size=1, max_size=80).map(str.strip).filter(bool)
KEYS = st.from_regex(r"[a-z][a-z0-9_]{1,12}", fullmatch=True)
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
MONEY = st.decimals(0, 999_999, places=2).map(lambda value: Decimal(value).copy_abs())
SOURCES = st.lists(LINES, min_size=1, max_size=3).map(tuple)

CREDENTIALS = st.builds(
    Credential,
    name=LINES,
    wioa_type=st.sampled_from(["associate", "occupational_license", "not_recognized", "other_recognized"]),
    issuer=LINES,
)
STEPS = st.builds(
    Step,
    key=KEYS,
    title=LINES,
    kind=st.sampled_from(["course", "credential", "work_based_learning", "career_skill"]),
    hours=st.integers(1, 20_000),
    hours_basis=st.sampled_from(["set", "typical"]),
    weeks=st.integers(1, 520),
    delivery=st.sampled_from(["online", "in_person", "hybrid"]),
    provider=st.builds(Provider, kind=st.sampled_from(["boces", "employer", "state"]), name=LINES),
    cost=MONEY,
    cost_basis=st.sampled_from(["set", "typical"]),
    credential=CREDENTIALS,
    sources=SOURCES,
)
REGIONS = st.builds(RegionReference, system=KEYS, code=st.from_regex(r"[a-z0-9][a-z0-9_]{0,12}", fullmatch=True))
TARGETS = st.builds(SocTarget, system=st.just("soc_2018"), code=st.from_regex(r"[0-9]{2}-[0-9]{4}", fullmatch=True)) | st.builds(
    OnetTarget, system=st.just("onet_soc_2019"), code=st.from_regex(r"[0-9]{2}-[0-9]{4}\.[0-9]{2}", fullmatch=True)
)
PATHS = st.builds(
    CareerPathDefinition,
    key=KEYS,
    title=LINES,
    summary=PROSE,
    valid_from=DAYS,
    source=LINES,
    leads_to=st.lists(KEYS, max_size=3).map(tuple),
    target_occupations=st.lists(TARGETS, min_size=1, max_size=3).map(tuple),
    regions_offered=st.just("state") | st.lists(REGIONS, min_size=1, max_size=4).map(tuple),
    steps=st.lists(STEPS, min_size=1, max_size=5).map(tuple),
)
COLLECTIONS = st.builds(
    CollectionDefinition,
    key=KEYS,
    title=LINES,
    audience=LINES,
    summary=PROSE,
    valid_from=DAYS,
    source=LINES,
    items=st.lists(STEPS | st.builds(CollectedPath, kind=st.just("career_path"), key=KEYS), min_size=1, max_size=4).map(tuple),
)
