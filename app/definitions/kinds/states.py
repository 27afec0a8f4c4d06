"""The state itself and its policies: `regions/<state>/state.toml`."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from app.contract.states import StateDefinition, StatePolicy
from app.core.actor import Actor
from app.core.db import Read, Tx
from app.definitions import writing
from app.definitions.kind import Home, Wanted
from app.definitions.plan import Entry, Plan, plan
from app.definitions.reading import Reader
from app.states import actions, queries

STATE, POLICY = "state", "state_policy"
NAMED = ("name", "fips", "postal", "time_zone")


class States:
    """The one definition that every state has."""

    name = STATE

    def read(self, reader: Reader, known: Wanted) -> StateDefinition | None:
        """The state's file."""
        found = reader.toml(known.home.regions / "state.toml", StateDefinition)
        if found is None:
            return None
        if found.value.id != known.home.state:
            detail = f"these are the definitions of '{known.home.state}'"
            reader.mistakes.append(found.mistake(("id",), detail, "other_state"))
        if found.value.time_zone not in available_timezones():
            detail = f"there is no time zone '{found.value.time_zone}'; it is written as America/New_York"
            reader.mistakes.append(found.mistake(("time_zone",), detail, "unknown_time_zone"))
        return found.value

    async def current(self, read: Read, *, by: Actor) -> StateDefinition | None:
        """The state as recorded. Until its first definitions are applied it has no policy, which a file may not lack."""
        row = await queries.this(read, by=by)
        kept = [{"valid_from": p.valid_from, "source": p.source, **p.policy} for p in await queries.policies(read, by=by)]
        named = {field: row._mapping[field] for field in ("id", *NAMED)}
        return StateDefinition.model_construct(**named, policies=tuple(map(StatePolicy.model_validate, kept)))

    def plan(self, current: StateDefinition | None, wanted: StateDefinition | None, *, on: date) -> Plan:
        """The names, and each policy by its first day."""
        return plan(_entries(current), _entries(wanted), on=on)

    async def people(self, _read: Read, _plan: Plan, /, *, by: Actor) -> Mapping[tuple[str, str], int]:
        """Nobody by name: a policy concerns how figures are made."""
        return {}

    async def apply(self, tx: Tx, wanted: StateDefinition | None, _plan: Plan, _on: date, /, *, by: Actor) -> None:
        """Names and policies as the file has them."""
        if wanted is None:
            return
        await actions.describe(tx, by=by, **{field: getattr(wanted, field) for field in NAMED})
        chosen = [(policy.valid_from, _choices(policy), policy.source) for policy in wanted.policies]
        await actions.adopt_policies(tx, by=by, policies=chosen)

    def files(self, held: StateDefinition | None, home: Home) -> Mapping[Path, str]:
        """The state's file; none before its first policy."""
        return {home.regions / "state.toml": writing.toml(held)} if held and held.policies else {}


def _choices(policy: StatePolicy) -> dict[str, Any]:
    """What the policy chooses other than the defaults: as it is kept."""
    return policy.model_dump(mode="json", exclude={"valid_from", "source"}, exclude_defaults=True)


def _entries(definition: StateDefinition | None) -> Iterator[Entry]:
    if definition is None:
        return
    yield Entry(STATE, definition.id, {field: getattr(definition, field) for field in NAMED}, lasting="every state has a name")
    for policy in definition.policies:
        fields = {"source": policy.source, **policy.model_dump(mode="json", exclude={"valid_from", "source"})}
        yield Entry(
            POLICY, str(policy.valid_from), fields, policy.valid_from, series=POLICY, lasting="a policy ends when the next one begins"
        )


STATES = States()
