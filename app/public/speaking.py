"""The language of the public pages: every sentence goes through `_`, those of the templates and those that Python puts together.

English now. A translation is a catalogue in the place of `SPOKEN`; `N_` marks what is written down where it is not yet said.
"""

import gettext

SPOKEN = gettext.NullTranslations()


def _(message: str) -> str:
    """A message in the language of the pages."""
    return SPOKEN.gettext(message)


def N_(message: str) -> str:  # noqa: N802 - the name by which programs find what is to be translated
    """Mark a message for translation; `_` says it later."""
    return message
