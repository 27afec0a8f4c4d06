"""What happens every night to what requests left behind."""

from sqlalchemy import delete, func, text

from app.access.models import OnceAnswer
from app.core.jobs import Work, nightly

_A_DAY_OLD = delete(OnceAnswer).where(OnceAnswer.at < func.now() - text("interval '1 day'"))


@nightly("access.forget_answers")
async def forget_answers(work: Work) -> None:
    """Delete answers that were kept for repeated requests for a day: they hold personal data, and nobody repeats a request so late."""
    async with work.transaction() as tx:
        await tx.run(_A_DAY_OLD)
        await tx.commit()
