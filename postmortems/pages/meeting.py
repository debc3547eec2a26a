"""Reading a postmortem together: one section at a time."""

from dataclasses import dataclass

from accounts.models import User
from postmortems.pages.reading import Reading
from postmortems.pages.review import ReviewForms, Thread, read_threads
from postmortems.pages.shown import ShownSection

COVER = "cover"


@dataclass(frozen=True, slots=True)
class Slide:
    """One thing to look at: the cover, or a section; `key` names it in addresses."""

    key: str
    title: str
    section: ShownSection | None


@dataclass(frozen=True, slots=True)
class Meeting:
    """Where the meeting is."""

    reading: Reading
    slides: list[Slide]
    place: int
    threads: list[Thread]

    @property
    def slide(self) -> Slide:
        """What is looked at."""
        return self.slides[self.place]

    @property
    def number(self) -> int:
        """Its number, from 1."""
        return self.place + 1

    @property
    def before(self) -> Slide | None:
        """The one before."""
        return self.slides[self.place - 1] if self.place else None

    @property
    def after(self) -> Slide | None:
        """The one after."""
        return self.slides[self.place + 1] if self.number < len(self.slides) else None


def hold(reading: Reading, at: str, *, reader: User, forms: ReviewForms) -> Meeting:
    """The meeting at the section of that key, with what was said about it; at the cover for one that there is not.

    One query for the comments, none on the cover. What was resolved is left out.
    """
    slides = [Slide(COVER, "At a glance", None)]
    slides += [Slide(section.prompt.key, section.prompt.title, section) for section in reading.contents]
    place = next((at_ for at_, slide in enumerate(slides) if slide.key == at), 0)
    section, row = slides[place].section, reading.postmortem
    threads: list[Thread] = []
    if section is not None and row is not None:
        said = read_threads(row, [section], reader=reader, forms=forms).get(section.prompt.key, [])
        threads = [thread for thread in said if not thread.row.is_resolved]
    return Meeting(reading, slides, place, threads)
