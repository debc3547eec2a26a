"""Which detectors of detect-secrets look for credentials here, what each is called, and the few that it lacks.

Chosen on purpose (docs/decisions/0012-safe-paste.md): the plugins that measure entropy are out, because traces and logs
are full of hashes and ids; so are those whose pattern is a plain number or word (public addresses, Artifactory,
SoftLayer, IBM). A plugin's `verify`, which would call the provider, is never run.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from detect_secrets.plugins.aws import AWSKeyDetector
from detect_secrets.plugins.azure_storage_key import AzureStorageKeyDetector
from detect_secrets.plugins.base import RegexBasedDetector
from detect_secrets.plugins.basic_auth import BasicAuthDetector
from detect_secrets.plugins.discord import DiscordBotTokenDetector
from detect_secrets.plugins.github_token import GitHubTokenDetector
from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
from detect_secrets.plugins.jwt import JwtTokenDetector
from detect_secrets.plugins.mailchimp import MailchimpDetector
from detect_secrets.plugins.npm import NpmDetector
from detect_secrets.plugins.openai import OpenAIDetector
from detect_secrets.plugins.pypi_token import PypiTokenDetector
from detect_secrets.plugins.sendgrid import SendGridDetector
from detect_secrets.plugins.slack import SlackDetector
from detect_secrets.plugins.square_oauth import SquareOAuthDetector
from detect_secrets.plugins.stripe import StripeDetector
from detect_secrets.plugins.telegram_token import TelegramBotTokenDetector
from detect_secrets.plugins.twilio import TwilioKeyDetector


class NewerTokens(RegexBasedDetector):
    """Tokens with a prefix of their own that are younger than the library, and ours."""

    secret_type = "Newer token"  # noqa: S105 - a name
    denylist = (
        re.compile(r"\bgithub_pat_[A-Za-z0-9_]{50,100}\b"),
        re.compile(r"\bhst_[A-Za-z0-9_-]{20,100}"),
        re.compile(r"\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
        re.compile(r"\bsk-(?:ant|proj|svcacct)-[A-Za-z0-9_-]{20,200}"),
        re.compile(r"\b(?:sk|rk)_test_[A-Za-z0-9]{24,100}\b|\bwhsec_[A-Za-z0-9+/]{24,100}"),
        re.compile(r"\bxapp-\d-[A-Z0-9]{8,20}-\d{8,20}-[a-f0-9]{32,100}\b|\bxoxe\.xox[bp]-\d-[A-Za-z0-9]{50,300}"),
        re.compile(r"\bnpm_[A-Za-z0-9]{36}\b"),
        re.compile(r"\bdop_v1_[a-f0-9]{64}\b|\bhvs\.[A-Za-z0-9_-]{24,200}|\bglsa_[A-Za-z0-9]{32}_[a-f0-9]{8}\b"),
    )


class Headers(RegexBasedDetector):
    """What a request carries to be let in."""

    secret_type = "Header"  # noqa: S105 - a name
    denylist = (
        re.compile(r"\bBearer[ \t]+([A-Za-z0-9._~+/=-]{16,2000})", re.IGNORECASE),
        re.compile(
            r"\bAuthorization[\"']?[ \t]*[:=][ \t]*[\"']?(?:Basic|Token)[ \t]+([A-Za-z0-9._~+/=-]{8,2000})", re.I
        ),
        re.compile(
            r"\b(?:x-api-key|api-key|x-auth-token|private-token|x-vault-token|x-amz-security-token)"
            r"[\"']?[ \t]*:[ \t]*[\"']?([A-Za-z0-9._~+/=-]{8,2000})",
            re.IGNORECASE,
        ),
    )


class Assignments(RegexBasedDetector):
    """Names that the library's keyword detector does not know, and options of commands."""

    secret_type = "Assignment"  # noqa: S105 - a name
    denylist = (
        re.compile(
            r"(?:token|access_?key|signing_?key|encryption_?key|passphrase)[\"']?[ \t]*(?::=|=>|=|:)[ \t]*[\"']?"
            r"([A-Za-z0-9._~+/=-]{16,2000})",
            re.IGNORECASE,
        ),
        re.compile(
            r"(?<!\S)--?(?:password|passwd|pass|token|secret|api-?key|auth-token|client-secret)(?:=|[ \t]+)"
            r"[\"']?([^\s\"'<>|&;]{6,500})",
            re.IGNORECASE,
        ),
        re.compile(r"\bmysql(?:dump|admin)?\b[^\n|;&]{0,200}?[ \t]-p([^\s\"'<>|&;]{6,200})"),
        re.compile(r"\bsshpass[ \t]+-p[ \t]*[\"']?([^\s\"'<>|&;]{4,200})"),
        re.compile(r"\bcurl\b[^\n|;&]{0,200}?[ \t](?:-u|--user)[ \t]*[\"']?[^\s:\"']{1,100}:([^\s\"'<>|&;]{4,200})"),
        re.compile(
            r"\b(?:identified[ \t]+by|with[ \t]+(?:encrypted[ \t]+)?password)[ \t]+'([^'\n]{4,200})'", re.IGNORECASE
        ),
        re.compile(r"(?<!\S)[^\s:]{1,100}:\d{2,5}:[^\s:]{1,100}:[^\s:]{1,100}:([^\s:]{6,200})(?!\S)"),
    )


def _jwt(value: str) -> bool:
    return JwtTokenDetector.is_formally_valid(value)


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of credential: how it is called, its patterns, and whether the first group of each is the value.

    `must_hold` names one of which every text with such a credential has, so that others are not searched.
    """

    label: str
    patterns: tuple[re.Pattern[str], ...]
    must_hold: tuple[str, ...]
    takes_group: bool = False
    is_guess: bool = False
    holds: Callable[[str], bool] | None = None


def _of(plugin: type[RegexBasedDetector]) -> tuple[re.Pattern[str], ...]:
    return tuple(plugin.denylist)  # type: ignore[arg-type]  # a property only by its annotation


_AWS_ID, _AWS_SECRET = _of(AWSKeyDetector)
_GITHUB_FINE, _OURS, _GOOGLE, _AI, _STRIPE_MORE, _SLACK_MORE, _NPM, _INFRA = NewerTokens.denylist
_LETTER = r"(?<![A-Za-z0-9])"


def _alone(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """The library's pattern where it does not stand in the middle of a longer word."""
    return re.compile(rf"{_LETTER}(?:{pattern.pattern})(?![A-Za-z0-9])", pattern.flags)


KINDS: tuple[Kind, ...] = (
    Kind("Hindsight token", (_OURS,), ("hst_",)),
    Kind("AWS access key", (_alone(_AWS_ID),), ("A3T", "ABIA", "ACCA", "AKIA", "ASIA")),
    Kind("AWS secret key", (_AWS_SECRET,), ("aws", "AWS", "Aws"), takes_group=True),
    Kind(
        "GitHub token",
        (*_of(GitHubTokenDetector), _GITHUB_FINE),
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    ),
    Kind("GitLab token", _of(GitLabTokenDetector), ("gl", "GR1348941")),
    Kind("Slack token", (*_of(SlackDetector), _SLACK_MORE), ("xox", "xapp", "hooks.slack.com", "XOX")),
    Kind("Stripe key", (*_of(StripeDetector), _STRIPE_MORE), ("k_live_", "k_test_", "whsec_")),
    Kind(
        "JSON web token",
        (
            re.compile(
                r"(?<![A-Za-z0-9])eyJ[A-Za-z0-9_=-]{6,8000}\.[A-Za-z0-9_=-]{2,8000}(?:\.[A-Za-z0-9_.+/=-]{0,8000})?"
            ),
        ),
        ("eyJ",),
        holds=_jwt,
    ),
    Kind("password in an address", _of(BasicAuthDetector), ("://",), takes_group=True),
    Kind("Azure storage key", _of(AzureStorageKeyDetector), ("AccountKey=",)),
    Kind("Discord token", tuple(map(_alone, _of(DiscordBotTokenDetector))), (".",)),
    Kind("Mailchimp key", tuple(map(_alone, _of(MailchimpDetector))), ("-us",)),
    Kind("npm token", (*_of(NpmDetector), _NPM), ("_authToken", "npm_")),
    Kind("OpenAI or Anthropic key", (*_of(OpenAIDetector), _AI), ("T3BlbkFJ", "sk-ant-", "sk-proj-", "sk-svcacct-")),
    Kind("PyPI token", _of(PypiTokenDetector), ("pypi-",)),
    Kind("SendGrid key", _of(SendGridDetector), ("SG.",)),
    Kind("Square secret", _of(SquareOAuthDetector), ("sq0csp-",)),
    Kind("Telegram token", tuple(map(_alone, _of(TelegramBotTokenDetector))), (":",), is_guess=True),
    Kind("Twilio key", tuple(map(_alone, _of(TwilioKeyDetector))), ("AC", "SK"), is_guess=True),
    Kind("Google API key", (_GOOGLE,), ("AIza",)),
    Kind("infrastructure token", (_INFRA,), ("dop_v1_", "hvs.", "glsa_")),
    Kind(
        "authorization header",
        Headers.denylist,
        ("earer", "EARER", "uthorization", "UTHORIZATION", "ey", "EY", "oken", "OKEN"),
        takes_group=True,
        is_guess=True,
    ),
    Kind(
        "token",
        Assignments.denylist[:1],
        ("oken", "OKEN", "ey", "EY", "assphrase", "ASSPHRASE"),
        takes_group=True,
        is_guess=True,
    ),
    Kind("password", Assignments.denylist[1:], ("-", ":", "'"), takes_group=True, is_guess=True),
)
