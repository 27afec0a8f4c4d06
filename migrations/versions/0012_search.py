"""Search of people

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op

from migrations.protection import protect

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# None is STRICT: what is, and says CASE, is not put into the statement that calls it, and a call costs ten times what it does.

# Accents go, apostrophes go (O'Brien is obrien), hyphens part words. ASCII, which most names are, is spared the work.
FOLDED = """
CREATE FUNCTION folded(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN translate(
  CASE WHEN octet_length(name) = length(name) THEN lower(name)
       ELSE translate(lower(
         regexp_replace(normalize(name, NFKD), U&'[\\0300-\\036f]', '', 'g') COLLATE pg_c_utf8), 'łøđðßæœı', 'loddsaoi') END,
  U&'-_./,;()&''\\2019\\02bc`\\00b4"', '         ')
"""

# How a word begins when silent letters are gone: Knight as night, Wright as right, Hernandez as ernandez, Phil as fil, Schmidt as smidt.
SPOKEN = """
CREATE FUNCTION spoken(word text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN left(word, 3) = 'sch' THEN 's' || substr(word, 4)
  WHEN left(word, 2) = 'ph' THEN 'f' || substr(word, 3)
  WHEN left(word, 2) IN ('kn', 'gn', 'wr', 'pf', 'ps') OR left(word, 1) = 'h' AND length(word) > 1 THEN substr(word, 2)
  ELSE word END
"""

# The consonants in classes of those that are mistaken for each other, as Soundex has them; vowels, h and w are not heard.
HEARD = """
CREATE FUNCTION heard(spoken text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
  translate(replace(spoken, 'ght', 't'), 'bfpvcgjkqsxzdtlmnraeiouyhw', '111122222222334556'),
  '22', '2'), '22', '2'), '11', '1'), '33', '3'), '44', '4'), '55', '5'), '66', '6'), '33', '3'), '44', '4'), '55', '5')
"""

# The first sound by its letter (c and g by what follows), the others by their classes.
SOUNDED = """
CREATE FUNCTION sounded(spoken text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN left(
  CASE WHEN left(spoken, 2) IN ('ce', 'ci', 'cy') THEN 's' WHEN left(spoken, 2) IN ('ge', 'gi', 'gy') THEN 'j'
       ELSE translate(left(spoken, 1), 'eiouycqzxw', 'aaaaakkssv') END
  || CASE WHEN strpos('bfpvcgjkqsxzdtlmnr', left(spoken, 1)) > 0 THEN substr(heard(spoken), 2)
          WHEN strpos('aeiouyhw', left(spoken, 1)) > 0 THEN heard(spoken) ELSE substr(heard(spoken), 2) END, 6)
"""
SOUND_OF = """
CREATE FUNCTION sound_of(word text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN sounded(spoken(word))
"""

# The first words, family names first, and the phone number's last seven digits. Who is called De la Cruz is found by Cruz.
TOKENS_OF = """
CREATE FUNCTION tokens_of(first_name text, last_name text, phone text) RETURNS TABLE (token text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE BEGIN ATOMIC
  SELECT sounded(v) || ' ' || w FROM string_to_table(folded(last_name || ' ' || first_name), ' ') WITH ORDINALITY AS s (w, n)
  CROSS JOIN LATERAL (SELECT spoken(w) AS v OFFSET 0) AS beginning
  WHERE n <= 6 AND length(w) > 0 AND w NOT IN ('de', 'del', 'la', 'las', 'los', 'da', 'dos', 'von', 'der', 'den')
  UNION ALL
  SELECT '#' || right(translate(phone, ' -().+/', ''), 7) WHERE length(translate(phone, ' -().+/', '')) >= 7;
END
"""
FUNCTIONS = ("tokens_of(text, text, text)", "sound_of(text)", "sounded(text)", "heard(text)", "spoken(text)", "folded(text)")

# Whoever is there already is found, too. The owner sees a state's rows only within it.
BACKFILL = """
DO $$
DECLARE
    each text;
BEGIN
    FOR each IN SELECT id FROM states LOOP
        PERFORM set_config('app.state', each, true);
        INSERT INTO search_tokens (token, participant)
        SELECT DISTINCT t.token, p.id FROM participants p CROSS JOIN LATERAL tokens_of(p.first_name, p.last_name, p.phone) t;
    END LOOP;
    PERFORM set_config('app.state', '', true);
END $$
"""


def upgrade() -> None:
    op.create_table(
        "search_tokens",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("token", sa.Text(collation="C"), nullable=False),
        sa.Column("participant", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("state", "token", "participant", name=op.f("search_tokens_key")),
    )
    protect("search_tokens", "SELECT, INSERT, DELETE")
    op.create_index("participants_by_birth_date", "participants", ["birth_date", "state"], unique=False)
    for body in (FOLDED, SPOKEN, HEARD, SOUNDED, SOUND_OF, TOKENS_OF):
        op.execute(body)
    op.execute(BACKFILL)


def downgrade() -> None:
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}")
    op.drop_index("participants_by_birth_date", table_name="participants")
    op.drop_table("search_tokens")
