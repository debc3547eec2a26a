"""Who uses the installation, what they may do, and what they did."""

from .audit import AuditEntry
from .installation import Installation
from .once import OnceKey
from .people import Membership, Role, Team, Theme, User
from .token import ApiToken, Scope

__all__ = ["ApiToken", "AuditEntry", "Installation", "Membership", "OnceKey", "Role", "Scope", "Team", "Theme", "User"]
