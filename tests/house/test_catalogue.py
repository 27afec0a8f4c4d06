"""The database as it is: every table of a state's rows keeps the states apart by itself, and the application owns and empties nothing."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core.db import Base, Data, Tx
from app.core.embedded import APP_ROLE
from app.core.schema import metadata
from tests.conftest import TestDatabase
from tests.people import DANA

STATELESS = {
    "alembic_version": "the level of the schema",
    "states": "the list of tenants is public; a policy lets each change its own row alone",
}
UNPOLICED = {
    "api_keys": "keys are looked up before the state is known; the application has no right to it but through enter()",
    "sessions": "the same, through open_session(), enter_session() and close_session()",
}
DOORS = ("enter", "open_session", "enter_session", "close_session")

TENANT = """
SELECT c.oid, c.relname AS name, c.relrowsecurity, c.relforcerowsecurity
FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'state' AND NOT a.attisdropped)
"""
FIRST = "(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = {table} AND a.attnum = {column})"

# Each question answers the tables at fault, with what is wrong about them.
RULES = {
    "a table without a state": f"""
        SELECT c.relname AS name, '' AS what FROM pg_class c
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
        AND c.relname NOT IN (SELECT name FROM ({TENANT}) t) AND c.relname <> ALL (:stateless)""",
    "row-level security that is not forced": f"""
        SELECT name, '' AS what FROM ({TENANT}) t WHERE name <> ALL (:unpoliced) AND NOT (relrowsecurity AND relforcerowsecurity)""",
    "a table without the policy, or with another one": f"""
        SELECT name, coalesce(string_agg(p.polname, ', '), 'none') AS what FROM ({TENANT}) t LEFT JOIN pg_policy p ON p.polrelid = t.oid
        WHERE name <> ALL (:unpoliced) GROUP BY name HAVING count(p.oid) <> 1 OR NOT bool_and(
            p.polcmd = '*' AND p.polpermissive AND p.polroles = '{{0}}'
            AND pg_get_expr(p.polqual, p.polrelid) = '(state = current_setting(''app.state''::text, true))'
            AND pg_get_expr(p.polwithcheck, p.polrelid) = '(state = current_setting(''app.state''::text, true))')""",
    "a key without the state": f"""
        SELECT t.name, i.indexrelid::regclass::text AS what FROM ({TENANT}) t JOIN pg_index i ON i.indrelid = t.oid AND i.indisunique
        WHERE name <> ALL (:unpoliced) AND NOT EXISTS (
            SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'state' AND a.attnum = ANY (i.indkey))""",
    "a primary key that does not begin with the state": f"""
        SELECT t.name, i.indexrelid::regclass::text AS what FROM ({TENANT}) t JOIN pg_index i ON i.indrelid = t.oid AND i.indisprimary
        WHERE name <> ALL (:unpoliced) AND {FIRST.format(table="t.oid", column="i.indkey[0]")} <> 'state'""",
    # PostgreSQL looks a foreign key up by `state = $1 AND id = $2`. While its statistics know of one row, every index that begins with
    # the state seems as good as the right one, and then each look-up of a load reads the whole state.
    "an index beside the primary key that begins with the state": f"""
        SELECT t.name, i.indexrelid::regclass::text AS what FROM ({TENANT}) t JOIN pg_index i ON i.indrelid = t.oid AND NOT i.indisprimary
        WHERE name <> ALL (:unpoliced) AND {FIRST.format(table="t.oid", column="i.indkey[0]")} = 'state'""",
    "a table without a primary key": f"""
        SELECT name, '' AS what FROM ({TENANT}) t WHERE NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary)""",
    "a foreign key that could lead into another state": f"""
        SELECT t.name, k.conname AS what FROM ({TENANT}) t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
        WHERE name <> ALL (:unpoliced) AND ({FIRST.format(table="k.conrelid", column="k.conkey[1]")} <> 'state'
           OR {FIRST.format(table="k.confrelid", column="k.confkey[1]")} <> 'state')""",
    "a right of the application beyond the four verbs": """
        SELECT c.relname AS name, a.privilege_type AS what FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.relnamespace IN ('public'::regnamespace, 'jobs'::regnamespace) AND c.relkind IN ('r', 'p', 'v', 'm')
        AND a.grantee IN (0, (SELECT oid FROM pg_roles WHERE rolname = :app))
        AND (a.privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE') OR c.relname = ANY (:unpoliced))""",
    "something that the application owns": """
        SELECT c.relname AS name, '' AS what FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = :app""",
    "a view that reads with its owner's rights": """
        SELECT c.relname AS name, '' AS what FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('v', 'm')
        AND NOT coalesce(c.reloptions, '{}') && ARRAY['security_invoker=true', 'security_invoker=on']""",
    "a function that runs with its owner's rights": """
        SELECT p.proname AS name, '' AS what FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
        AND (p.proname <> ALL (:doors) OR p.proconfig IS NULL OR has_function_privilege('public', p.oid, 'EXECUTE'))""",
}


async def faults(tx: Tx, rule: str) -> list[tuple[str, str]]:
    question = text(RULES[rule])
    known = {"stateless": list(STATELESS), "unpoliced": list(UNPOLICED), "doors": list(DOORS), "app": APP_ROLE}
    asked = {name: value for name, value in known.items() if f":{name}" in RULES[rule]}
    return [(row.name, row.what) for row in await tx.all(question, asked)]


@pytest.mark.parametrize("rule", RULES)
async def test_no_table_has(db: Tx, rule: str) -> None:
    assert await faults(db, rule) == []


OFFENCES = {
    "a table without a state": "CREATE TABLE offence (id uuid PRIMARY KEY)",
    "row-level security that is not forced": "ALTER TABLE partners NO FORCE ROW LEVEL SECURITY",
    "a table without the policy, or with another one": "CREATE POLICY everybody ON partners USING (true)",
    "a key without the state": "CREATE UNIQUE INDEX offence ON partners (key)",
    "a primary key that does not begin with the state": "CREATE TABLE offence (id uuid, state text, PRIMARY KEY (id, state))",
    "an index beside the primary key that begins with the state": "CREATE INDEX offence ON partners (state, kind)",
    "a table without a primary key": "CREATE TABLE offence (state text NOT NULL)",
    "a foreign key that could lead into another state": """
        CREATE TABLE offence (state text, id uuid UNIQUE, partner uuid REFERENCES offence (id), PRIMARY KEY (state, id))""",
    "a right of the application beyond the four verbs": f"GRANT TRUNCATE ON partners TO {APP_ROLE}",
    "something that the application owns": f"ALTER TABLE partners OWNER TO {APP_ROLE}",
    "a view that reads with its owner's rights": "CREATE VIEW offence AS SELECT * FROM partners",
    "a function that runs with its owner's rights": """
        CREATE FUNCTION offence() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM partners'""",
}


@pytest.mark.parametrize("rule", RULES)
async def test_an_offence_is_found(empty_db: TestDatabase, rule: str) -> None:
    with psycopg.connect(empty_db.superuser_url, autocommit=True) as superuser:
        superuser.execute(OFFENCES[rule])
    made = OFFENCES[rule].split()[:2] in (["CREATE", "TABLE"], ["CREATE", "VIEW"], ["CREATE", "FUNCTION"])
    async with empty_db.transaction(DANA.actor) as tx:
        assert ("offence" if made else "partners") in {name for name, _ in await faults(tx, rule)}


async def undeclared(tx: Tx) -> set[str]:
    """Tables of a state's rows that are in the database and not in the code."""
    there = {row.name for row in await tx.all(text(f"SELECT name FROM ({TENANT}) t"))}
    return there ^ (set(metadata().tables) - STATELESS.keys())


def unclassified(base: type[DeclarativeBase]) -> list[str]:
    """Tables that do not say how sensitive their rows are, and columns that say it in another way than tables do."""
    tables = [mapper for mapper in base.registry.mappers if not isinstance(getattr(mapper.class_, "__data__", None), Data)]
    columns = [column for table in base.metadata.tables.values() for column in table.columns]
    wrong = [column for column in columns if not isinstance(column.info.get("data", Data.PUBLIC), Data)]
    return sorted([mapper.class_.__name__ for mapper in tables] + [f"{column.table.name}.{column.name}" for column in wrong])


def undescribed(base: type[DeclarativeBase]) -> list[str]:
    """Columns that do not say what they are."""
    return [f"{column.table.name}.{column.name}" for table in base.metadata.tables.values() for column in table.columns if not column.doc]


def test_every_table_says_how_sensitive_it_is() -> None:
    assert metadata() is Base.metadata
    assert len(Base.metadata.tables) > 30
    assert unclassified(Base) == []


def test_every_column_says_what_it_is() -> None:
    assert metadata() is Base.metadata
    assert undescribed(Base) == []


def test_a_table_that_does_not_say_it_is_found() -> None:
    """Such a table beside one that says everything, declared on a base of the test's own."""

    class Bad(DeclarativeBase):
        pass

    class Offence(Bad):
        __tablename__ = "offences"
        id: Mapped[int] = mapped_column(primary_key=True)

    class Vague(Bad):
        __tablename__ = "vague"
        __data__ = "personal"
        id: Mapped[int] = mapped_column(primary_key=True, doc="the row's id")
        name: Mapped[str] = mapped_column(info={"data": "sealed"}, doc="a name")

    class Good(Bad):
        __tablename__ = "good"
        __data__ = Data.PERSONAL
        id: Mapped[int] = mapped_column(primary_key=True, info={"data": Data.SEALED}, doc="the row's id")

    assert unclassified(Bad) == ["Offence", "Vague", "vague.name"]
    assert undescribed(Bad) == ["offences.id"]


async def test_every_table_is_declared_in_the_code(db: Tx) -> None:
    assert await undeclared(db) == set()


async def test_a_table_that_is_not_declared_is_found(empty_db: TestDatabase) -> None:
    """What the code does not declare says nothing of its data either."""
    with psycopg.connect(empty_db.superuser_url, autocommit=True) as superuser:
        superuser.execute("CREATE TABLE offence (state text, id uuid, PRIMARY KEY (state, id))")
        superuser.execute("DROP TABLE search_tokens")
    async with empty_db.transaction(DANA.actor) as tx:
        assert await undeclared(tx) == {"offence", "search_tokens"}


async def test_the_application_bypasses_nothing(db: Tx) -> None:
    role = await db.first(text("SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"))
    assert role is not None
    assert not any(role)
