"""Enrollments

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.protection import protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_kinds",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("programs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("elements", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("triggers", sa.Boolean(), nullable=False),
        sa.Column("extends", sa.Boolean(), nullable=False),
        sa.Column("training_type", sa.Text(), nullable=True),
        sa.Column("runs", sa.Boolean(), nullable=False),
        sa.Column("settles", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("state", "key", name=op.f("service_kinds_key")),
    )
    op.create_table(
        "enrollments",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("participant", sa.Uuid(), nullable=False),
        sa.Column("career_path", sa.Uuid(), nullable=False),
        sa.Column("partner", sa.Uuid(), nullable=False),
        sa.Column("residence", sa.Uuid(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("planned_end", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("act", sa.Uuid(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("ended_by IN ('completion', 'withdrawal')", name=op.f("enrollments_ended_by_known")),
        sa.CheckConstraint("(ended_on IS NULL) = (ended_by IS NULL)", name=op.f("enrollments_ended_somehow")),
        sa.CheckConstraint("ended_on >= started_on", name=op.f("enrollments_ends_after_it_begins")),
        sa.CheckConstraint("planned_end >= started_on", name=op.f("enrollments_planned_after_it_begins")),
        sa.ForeignKeyConstraint(["state", "career_path"], ["career_paths.state", "career_paths.id"], name="enrollments_career_path_known"),
        sa.ForeignKeyConstraint(["state", "participant"], ["participants.state", "participants.id"], name="enrollments_participant_known"),
        sa.ForeignKeyConstraint(["state", "partner"], ["partners.state", "partners.id"], name="enrollments_partner_known"),
        sa.ForeignKeyConstraint(["state", "residence"], ["residences.state", "residences.id"], name="enrollments_residence_known"),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("enrollments_key")),
    )
    op.create_index("enrollments_by_career_path", "enrollments", ["career_path", "state"], unique=False)
    op.create_index("enrollments_by_partner", "enrollments", ["partner", "id", "state"], unique=False)
    op.create_index("enrollments_by_participant", "enrollments", ["participant", "state"], unique=False)
    op.create_index(
        "enrollments_open_by_partner",
        "enrollments",
        ["partner", "planned_end", "state"],
        unique=False,
        postgresql_include=["participant"],
        postgresql_where=sa.text("ended_on IS NULL AND voided_by IS NULL"),
    )
    op.create_index(
        "enrollments_one_open_per_path",
        "enrollments",
        ["participant", "career_path", "state"],
        unique=True,
        postgresql_where=sa.text("ended_on IS NULL AND voided_by IS NULL"),
    )
    op.create_index(
        "enrollments_reference_once",
        "enrollments",
        ["partner", "reference", "state"],
        unique=True,
        postgresql_where=sa.text("reference IS NOT NULL AND voided_by IS NULL"),
    )
    op.create_table(
        "services",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("participant", sa.Uuid(), nullable=False),
        sa.Column("partner", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("enrollment", sa.Uuid(), nullable=True),
        sa.Column("act", sa.Uuid(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "program IN ('adult', 'dislocated_worker', 'youth', 'wagner_peyser', 'dwg')", name=op.f("services_program_known")
        ),
        sa.CheckConstraint("ended_on >= given_on", name=op.f("services_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["state", "enrollment"], ["enrollments.state", "enrollments.id"], name="services_enrollment_known"),
        sa.ForeignKeyConstraint(["state", "kind"], ["service_kinds.state", "service_kinds.key"], name="services_kind_known"),
        sa.ForeignKeyConstraint(["state", "participant"], ["participants.state", "participants.id"], name="services_participant_known"),
        sa.ForeignKeyConstraint(["state", "partner"], ["partners.state", "partners.id"], name="services_partner_known"),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("services_key")),
    )
    op.create_index("services_by_participant", "services", ["participant", "state"], unique=False)
    op.create_table(
        "planned_services",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("participant", sa.Uuid(), nullable=False),
        sa.Column("partner", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("documented_on", sa.Date(), nullable=False),
        sa.Column("planned_for", sa.Date(), nullable=False),
        sa.Column("act", sa.Uuid(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "program IN ('adult', 'dislocated_worker', 'youth', 'wagner_peyser', 'dwg')", name=op.f("planned_services_program_known")
        ),
        sa.CheckConstraint("planned_for > documented_on", name=op.f("planned_services_planned_ahead")),
        sa.ForeignKeyConstraint(["state", "kind"], ["service_kinds.state", "service_kinds.key"], name="planned_services_kind_known"),
        sa.ForeignKeyConstraint(
            ["state", "participant"], ["participants.state", "participants.id"], name="planned_services_participant_known"
        ),
        sa.ForeignKeyConstraint(["state", "partner"], ["partners.state", "partners.id"], name="planned_services_partner_known"),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("planned_services_key")),
    )
    op.create_index("planned_services_by_participant", "planned_services", ["participant", "state"], unique=False)
    op.create_table(
        "step_completions",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("enrollment", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Uuid(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("act", sa.Uuid(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["state", "enrollment"], ["enrollments.state", "enrollments.id"], name="step_completions_enrollment_known"),
        sa.ForeignKeyConstraint(["state", "step"], ["steps.state", "steps.id"], name="step_completions_step_known"),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("step_completions_key")),
    )
    op.create_index(
        "step_completions_once",
        "step_completions",
        ["enrollment", "step", "state"],
        unique=True,
        postgresql_where=sa.text("voided_by IS NULL"),
    )
    op.create_table(
        "credentials",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("participant", sa.Uuid(), nullable=False),
        sa.Column("partner", sa.Uuid(), nullable=False),
        sa.Column("enrollment", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("wioa_type", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("awarded_on", sa.Date(), nullable=False),
        sa.Column("act", sa.Uuid(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["state", "enrollment"], ["enrollments.state", "enrollments.id"], name="credentials_enrollment_known"),
        sa.ForeignKeyConstraint(["state", "participant"], ["participants.state", "participants.id"], name="credentials_participant_known"),
        sa.ForeignKeyConstraint(["state", "partner"], ["partners.state", "partners.id"], name="credentials_partner_known"),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("credentials_key")),
    )
    op.create_index(
        "credentials_once",
        "credentials",
        ["participant", "name", "awarded_on", "state"],
        unique=True,
        postgresql_where=sa.text("voided_by IS NULL"),
    )
    op.create_table(
        "exit_reasons",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("participant", sa.Uuid(), nullable=False),
        sa.Column("partner", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("act", sa.Uuid(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "reason IN ('institutionalized', 'health_medical', 'deceased', 'reserve_called_to_duty', 'foster_care', "
            "'ineligible', 'criminal_offender')",
            name=op.f("exit_reasons_reason_known"),
        ),
        sa.ForeignKeyConstraint(["state", "participant"], ["participants.state", "participants.id"], name="exit_reasons_participant_known"),
        sa.ForeignKeyConstraint(["state", "partner"], ["partners.state", "partners.id"], name="exit_reasons_partner_known"),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("exit_reasons_key")),
    )
    op.create_index(
        "exit_reasons_once",
        "exit_reasons",
        ["participant", "reason", "since", "state"],
        unique=True,
        postgresql_where=sa.text("voided_by IS NULL"),
    )
    op.create_table(
        "participations",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("track", sa.Text(), nullable=False),
        sa.Column("entry", sa.Date(), nullable=False),
        sa.Column("last_service", sa.Date(), nullable=True),
        sa.Column("open_until", sa.Date(), nullable=True),
        sa.Column("programs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("derived_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("superseded_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("last_service >= entry", name=op.f("participations_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["state", "person"], ["participants.state", "participants.id"], name="participations_person_known"),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("participations_key")),
    )
    op.create_index(
        "participations_one_stands",
        "participations",
        ["person", "track", "entry", "state"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(
        "participations_by_open_until", "participations", ["open_until", "state"], postgresql_where=sa.text("superseded_at IS NULL")
    )
    op.create_table(
        "eligibility_determinations",
        sa.Column("state", sa.Text(), server_default=sa.text("current_setting('app.state')"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("participant", sa.Uuid(), nullable=False),
        sa.Column("partner", sa.Uuid(), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("determined_on", sa.Date(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("eligible", sa.Boolean(), nullable=True),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("act", sa.Uuid(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("program IN ('adult', 'dislocated_worker', 'youth')", name=op.f("eligibility_determinations_program_known")),
        sa.ForeignKeyConstraint(
            ["state", "participant"], ["participants.state", "participants.id"], name="eligibility_determinations_participant_known"
        ),
        sa.ForeignKeyConstraint(["state", "partner"], ["partners.state", "partners.id"], name="eligibility_determinations_partner_known"),
        sa.PrimaryKeyConstraint("state", "id", name=op.f("eligibility_determinations_key")),
    )
    op.create_index("eligibility_determinations_by_participant", "eligibility_determinations", ["participant", "state"], unique=False)
    protect("eligibility_determinations", "SELECT, INSERT, UPDATE (voided_by)")  # taken back, never changed
    protect("service_kinds")
    protect("enrollments")
    protect("services")
    protect("planned_services")
    protect("step_completions")
    protect("credentials")
    protect("exit_reasons")
    protect("participations")


def downgrade() -> None:
    op.drop_index("eligibility_determinations_by_participant", table_name="eligibility_determinations")
    op.drop_table("eligibility_determinations")
    op.drop_index("participations_by_open_until", table_name="participations", postgresql_where=sa.text("superseded_at IS NULL"))
    op.drop_index("participations_one_stands", table_name="participations", postgresql_where=sa.text("superseded_at IS NULL"))
    op.drop_table("participations")
    op.drop_index("exit_reasons_once", table_name="exit_reasons", postgresql_where=sa.text("voided_by IS NULL"))
    op.drop_table("exit_reasons")
    op.drop_index("credentials_once", table_name="credentials", postgresql_where=sa.text("voided_by IS NULL"))
    op.drop_table("credentials")
    op.drop_index("step_completions_once", table_name="step_completions", postgresql_where=sa.text("voided_by IS NULL"))
    op.drop_table("step_completions")
    op.drop_index("planned_services_by_participant", table_name="planned_services")
    op.drop_table("planned_services")
    op.drop_index("services_by_participant", table_name="services")
    op.drop_table("services")
    op.drop_index(
        "enrollments_reference_once", table_name="enrollments", postgresql_where=sa.text("reference IS NOT NULL AND voided_by IS NULL")
    )
    op.drop_index(
        "enrollments_one_open_per_path", table_name="enrollments", postgresql_where=sa.text("ended_on IS NULL AND voided_by IS NULL")
    )
    op.drop_index(
        "enrollments_open_by_partner",
        table_name="enrollments",
        postgresql_include=["participant"],
        postgresql_where=sa.text("ended_on IS NULL AND voided_by IS NULL"),
    )
    op.drop_index("enrollments_by_participant", table_name="enrollments")
    op.drop_index("enrollments_by_partner", table_name="enrollments")
    op.drop_index("enrollments_by_career_path", table_name="enrollments")
    op.drop_table("enrollments")
    op.drop_table("service_kinds")
