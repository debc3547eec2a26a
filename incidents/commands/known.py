"""The commands there are: their names, what each takes and does, in the order in which they are offered."""

from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Command:
    """A command as the help and the completion show it. `takes_text`: the lines below belong to it as well.

    `offers` is what has to be typed behind it before something is offered there: "any", or "#" for a step's number.
    """

    name: str
    usage: str
    does: str
    takes_text: bool = True
    aliases: tuple[str, ...] = ()
    offers: str = ""


COMMANDS = (
    Command("hypothesis", "what you suspect", "Opens a step of the diagnosis", aliases=("hyp", "suspect"), offers="#"),
    Command(
        "check",
        "what you tested",
        "What was tested, for the newest open hypothesis",
        aliases=("test", "tested"),
        offers="#",
    ),
    Command("confirmed", "why", "The newest open hypothesis was right", aliases=("confirm",), offers="#"),
    Command("ruled-out", "why", "The newest open hypothesis was wrong", aliases=("ruledout", "rule-out"), offers="#"),
    Command("red-herring", "why", "The newest open hypothesis led astray", aliases=("redherring",), offers="#"),
    Command("inconclusive", "why", "The newest open hypothesis can't be decided", offers="#"),
    Command("fix", "what you did", "Notes what stopped it or removed the cause", aliases=("fixed",)),
    Command("verify", "how you know", "Notes how you know that the fix works", aliases=("verified", "verification")),
    Command("ack", "", "Says that you have seen it and take care", takes_text=False, aliases=("acknowledge",)),
    Command("status", "resolved", "Moves the incident on, with a reason where one is needed", offers="any"),
    Command("sev", "2", "Changes the severity", takes_text=False, aliases=("severity",), offers="any"),
    Command("lead", "me", "Hands the lead to you or somebody else", takes_text=False, offers="any"),
    Command("service", "checkout-api", "Adds a service", takes_text=False, aliases=("services",), offers="any"),
    Command("change", "what went live", "Notes a deploy, config or flag", aliases=("deploy", "deployed")),
    Command(
        "at",
        "14:05",
        "Says when it happened, for all that is sent along",
        takes_text=False,
        aliases=("time",),
        offers="any",
    ),
    Command("link", "INC-7", "Points to another incident", takes_text=False, aliases=("related",), offers="any"),
    Command("decision", "what was decided", "Notes a decision", aliases=("decided",)),
    Command("note", "anything", "Plain text, after another command"),
    Command("help", "", "Lists the commands", takes_text=False),
)
BY_NAME = {name: command for command in COMMANDS for name in (command.name, *command.aliases)}
# Below this a word is not a slip of the pen but a word of its own, such as the address of a page that fails.
_NEAR = 0.8


def find(word: str) -> Command | None:
    """The command with that name or other name; underscores and capitals don't matter."""
    return BY_NAME.get(word.lower().replace("_", "-"))


def nearest(word: str) -> Command | None:
    """The command that was probably meant; None when the word is like none."""
    found = get_close_matches(word.lower().replace("_", "-"), BY_NAME, 1, _NEAR)
    return BY_NAME[found[0]] if found else None
