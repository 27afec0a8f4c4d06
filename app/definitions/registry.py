"""The kinds of definition, in the order in which they are read and applied: each may build on those before it."""

from typing import Any

from app.definitions.kind import Kind
from app.definitions.kinds.career_paths import CAREER_PATHS
from app.definitions.kinds.in_demand import IN_DEMAND
from app.definitions.kinds.labor_market import LABOR_MARKET
from app.definitions.kinds.regions import REGIONS
from app.definitions.kinds.service_catalogue import SERVICES
from app.definitions.kinds.states import STATES

KINDS: tuple[Kind[Any], ...] = (STATES, REGIONS, LABOR_MARKET, IN_DEMAND, SERVICES, CAREER_PATHS)
