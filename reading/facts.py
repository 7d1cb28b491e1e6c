"""What a message says, each thing with its place in the text and the way in which it is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Literal

from reading.clauses import Mood
from renewal.wish import Invalid, Wish


@dataclass(frozen=True)
class Fact:
    """Something that a message says.

    `text[start:end]` is what was read as it; `clause` is the place of its clause in the message.
    """

    start: int
    end: int
    clause: int
    mood: Mood

    @property
    def kind(self) -> str:
        """The name of what it is: "Comes", "DateOf"."""
        return type(self).__name__

    @property
    def value(self) -> dict[str, Any]:
        """What it says, as plain values."""
        own = [each.name for each in fields(self) if each.name not in _OF_ALL]
        return {name: _plain(getattr(self, name)) for name in own}

    def to_json(self) -> dict[str, Any]:
        """Return what it is, what it says, where and how."""
        place = {"start": self.start, "end": self.end, "mood": self.mood}
        return {"kind": self.kind, "value": self.value, **place}

    @property
    def holds(self) -> bool:
        """Whether it is told as true: neither denied, asked, supposed, heard nor taken back."""
        return self.mood in ("said", "past")


_OF_ALL = ("start", "end", "clause", "mood")


def _plain(value: Any) -> Any:
    if isinstance(value, Wish):
        return value.to_json()
    if isinstance(value, Invalid):
        return {"invalid": value.reason, "text": value.text}
    if isinstance(value, date):
        return value.isoformat()
    return value


Who = str
"""A person by kin or office as reading/lexicon/people.yml names them ("mother", "helper"); "speaker" is
who writes, "holder" whose card it is (ご本人)."""


# People ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Comes(Fact):
    """Somebody comes to the counter; `sent` says that they are asked to by the speaker.

    `alone`: by themselves (自分で行く). `named` is False where the words do not say who comes, and the speaker is meant ("行きたいです").
    `here` is said as 来る: to the counter, or to where the speaker is. `mine`: わたしの母, the speaker's own.
    """

    who: Who
    sent: bool = False
    named: bool = True
    alone: bool = False
    here: bool = False
    mine: bool = False


@dataclass(frozen=True)
class CannotCome(Fact):
    """Somebody does not or cannot come; `ill` says that illness or age is why."""

    who: Who
    ill: bool = False


@dataclass(frozen=True)
class ComesAlong(Fact):
    """Somebody is taken along or comes along with another."""

    who: Who


@dataclass(frozen=True)
class CardOf(Fact):
    """Whose card it is."""

    who: Who


@dataclass(frozen=True)
class SpeaksAs(Fact):
    """Who writes is somebody's mother, guardian…: "妻の私", "私は母親です"; `mine`: "私の母です" is another.

    `of` is whose mother it is, where that is told: "あの子の母親です".
    """

    who: Who
    mine: bool = False
    of: str | None = None


@dataclass(frozen=True)
class Proxy(Fact):
    """Somebody comes for the holder: "代理で", "代わりに"."""


@dataclass(frozen=True)
class AgeOf(Fact):
    """How old somebody is: in years, or "under_15", "nearly_15", "general" where only that is told."""

    who: Who | None
    age: int | str


@dataclass(frozen=True)
class Guardian(Fact):
    """A guardianship: of an adult, a minor, another kind (保佐, 任意後見), none at all, custody that
    the speaker or somebody else has, or a child adopted by the speaker or their spouse."""

    of: Literal["adult", "minor", "other", "none", "me", "not_me", "adopted"]


@dataclass(frozen=True)
class Count(Fact):
    """How many cards; `more` counts from those known (もう1人: 1, 1人減らす: -1).

    `people` are those whose cards they are, each with an age group, as far as that is told. `of`: "cards"
    where the words tie it to cards or a booking, "people" where they only count, "coming" where so many
    come, "story" where so many are there.
    """

    cards: int | Literal["several"] | None = None
    more: int = 0
    people: tuple[tuple[Who | None, str | None], ...] = ()
    of: Literal["cards", "people", "coming", "story"] = "cards"


@dataclass(frozen=True)
class OneCard(Fact):
    """What is told of one of several cards: its expiry or holder's age, who comes, what changes, a name.

    `which`: whose it is, or older, middle, younger, all, or its place as "1" to "4".
    """

    which: Who
    what: Literal["expires_on", "age", "comes", "stays", "out", "more", "name", "same"]
    told: date | str | None = None


# Papers, PINs, places ----------------------------------------------------------------------------


@dataclass(frozen=True)
class NoticeSays(Fact):
    """What the notice is about, or that there is none ("none"), or only that it came ("came").

    `of` whom it is, where that is told. `how`: "written" there, "called" so by somebody, "described" by what is to be done, "lost" (none
    any more), "other" (another letter than the notice), or just "said".
    """

    what: Literal["certificate", "card", "both", "none", "came"]
    of: Who | None = None
    how: Literal["written", "said", "called", "loosely", "described", "lost", "other"] = "said"


@dataclass(frozen=True)
class Form(Fact):
    """The reply form (照会書兼回答書); "open" where it is spoken of and that is not settled."""

    state: Literal["ready", "other_hand", "missing", "open"]


@dataclass(frozen=True)
class Pins(Fact):
    """Whether PINs are remembered; `which` of juki, user, sign where that is told."""

    state: Literal["remembered", "forgotten"]
    which: tuple[str, ...] = ()


@dataclass(frozen=True)
class Household(Fact):
    """Whether representative and holder share a household, or the 本籍 lies in the city.

    "open" is what settles neither: 単身赴任中です.
    """

    state: Literal["same_household", "honseki_in_city", "apart", "honseki_elsewhere", "neither", "open"]


@dataclass(frozen=True)
class CertificatesOnCard(Fact):
    """Which certificates are on the card and are to stay."""

    which: Literal["user", "sign"]


@dataclass(frozen=True)
class Place(Fact):
    """A counter by its id, or "any"."""

    counter: str


# Consent -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Yes(Fact):
    """Assent; `or_no` where the words turn an offer down as well (結構です, 大丈夫です, いいです)."""

    or_no: bool = False


@dataclass(frozen=True)
class No(Fact):
    """Refusal or "that is wrong"."""


@dataclass(frozen=True)
class Change(Fact):
    """Something is to be changed, without saying what: 直したい, 変更で."""


@dataclass(frozen=True)
class Stop(Fact):
    """The whole thing is broken off: やめます, もういいです."""


@dataclass(frozen=True)
class Unsure(Fact):
    """Something is not known, not understood or to be found out; `about` what, where that is told."""

    about: str | None = None
    kind_of: Literal["unknown", "not_understood", "finding_out"] = "unknown"


# Days, names, numbers ------------------------------------------------------------------------------


@dataclass(frozen=True)
class DateOf(Fact):
    """A day that is something other than a day to come on.

    `what`: expires_on, card_expires_on, birthday, issued_on, reply_form_limit, or "other" (somebody's
    operation, another document). `day` is None with a `year` or `month` alone, or what cannot be.
    """

    what: str
    day: date | Invalid | str | None


@dataclass(frozen=True)
class When(Fact):
    """When somebody wants to come."""

    wish: Wish


@dataclass(frozen=True)
class Name(Fact):
    """A person's name in katakana or Latin capitals; `of` whom, where that is told."""

    name: str
    of: Who | None = None


@dataclass(frozen=True)
class Phone(Fact):
    """A telephone number in digits."""

    number: str


@dataclass(frozen=True)
class Deed(Fact):
    """What is done, or is to be done, with a booking; `how` it is told.

    `of` what: "booking", "part" of one, "ours" (what is renewed here), "other", None where nothing is named.
    """

    what: Literal["book", "change", "cancel", "check"]
    how: Literal["wished", "may", "how", "done", "denied", "supposed"]
    of: Literal["booking", "part", "ours", "other"] | None


Known = Mapping[str, Any]
"""What is settled so far, by slot."""
