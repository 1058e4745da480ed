"""The pages' shared part: layout, style, words in two languages, dates, error and API pages."""

from shared.web.messages import tell
from shared.web.pages import install_pages
from shared.web.translation import _, language, ngettext

__all__ = ["_", "install_pages", "language", "ngettext", "tell"]
