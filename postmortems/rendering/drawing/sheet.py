"""The sheet a drawing is made on: texts and shapes, each in a role that colours it."""

from __future__ import annotations

from dataclasses import dataclass, field

from postmortems.rendering.drawing.lettering import fitted, width_of

# Of a line of text, above and below its base line, in em.
ABOVE, BELOW = 0.78, 0.24
ANCHORS = {"start": 0.0, "middle": 0.5, "end": 1.0}


@dataclass(frozen=True)
class Medium:
    """What is drawn for: its width and size of type; `slack` where fonts may differ."""

    width: float
    size: float
    slack: float = 1.0
    unit: str = ""

    @property
    def room(self) -> float:
        """Give the width in em of our font."""
        return self.width / self.size / self.slack


MILLIMETRE = 72 / 25.4
A4 = Medium(width=170 * MILLIMETRE, size=7.5, unit="pt")
LETTER = Medium(width=6.9 * 72, size=7.5, unit="pt")
# Pages to read, beside each other in the page: one of them is shown.
WIDE = Medium(width=832, size=12, slack=1.15)
NARROW = Medium(width=340, size=12, slack=1.15)


@dataclass(frozen=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True)
class Text:
    """A line of text; `full` is what was written where `shown` had to be cut."""

    x: float
    y: float
    shown: str
    full: str
    role: str
    anchor: str
    is_bold: bool
    box: Box


@dataclass(frozen=True)
class Shape:
    role: str
    path: str
    title: str = ""


@dataclass
class Sheet:
    """Collects what is drawn; all lengths in units of the medium."""

    medium: Medium
    height: float = 0.0
    texts: list[Text] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)

    def em(self, number: float) -> float:
        return number * self.medium.size

    def measure(self, text: str, *, bold: bool = False) -> float:
        return width_of(text, bold=bold) * self.medium.size * self.medium.slack

    def fit(self, text: str, room: float, *, bold: bool = False) -> str:
        """Cut a line to a room in units of the medium."""
        return fitted(text, room / self.medium.size / self.medium.slack, bold=bold)

    def write(
        self,
        role: str,
        text: str,
        at: tuple[float, float],
        *,
        anchor: str = "start",
        bold: bool = False,
        full: str = "",
    ) -> Text:
        """Set a line with its base line at a point; it stays between the edges."""
        (x, y), width = at, self.measure(text, bold=bold)
        share = ANCHORS[anchor]
        x = max(min(x, self.medium.width - width * (1 - share)), width * share)
        left = x - width * share
        box = Box(left, y - self.em(ABOVE), left + width, y + self.em(BELOW))
        line = Text(x, y, text, full or text, role, anchor, bold, box)
        self.texts.append(line)
        return line

    def draw(self, role: str, path: str, title: str = "") -> None:
        if path:
            self.shapes.append(Shape(role, path, title))

    def is_free(self, box: Box) -> bool:
        return not any(box.meets(text.box) for text in self.texts)


def number(value: float) -> str:
    """Write a length to a hundredth, as short as it goes."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def line(x: float, y: float, to_x: float, to_y: float) -> str:
    return f"M{number(x)} {number(y)}L{number(to_x)} {number(to_y)}"


def dashes(x: float, y: float, to_x: float, step: float) -> str:
    """Draw a level line of dashes."""
    count = int((to_x - x) / step / 2) + 1
    return "".join(
        line(x + 2 * n * step, y, min(x + (2 * n + 1) * step, to_x), y)
        for n in range(count)
    )


def rectangle(left: float, top: float, right: float, bottom: float) -> str:
    return (
        f"M{number(left)} {number(top)}H{number(right)}V{number(bottom)}"
        f"H{number(left)}Z"
    )


def arrow(left: float, top: float, right: float, bottom: float) -> str:
    """Draw a bar whose right end points on."""
    middle, shoulder = (top + bottom) / 2, max(left, right - (bottom - top) / 2)
    return (
        f"M{number(left)} {number(top)}H{number(shoulder)}"
        f"L{number(right)} {number(middle)}L{number(shoulder)} {number(bottom)}"
        f"H{number(left)}Z"
    )


def zigzag(x: float, top: float, bottom: float, tooth: float) -> str:
    """Draw a jagged line downwards; its last tooth ends where it must."""
    points, y, side = [f"M{number(x)} {number(top)}"], top, 1
    while y < bottom - 0.01:
        y = min(y + tooth, bottom)
        points.append(f"L{number(x + side * tooth / 2)} {number(y)}")
        side = -side
    return "".join(points)


def hatching(box: Box, step: float, lean: float) -> str:
    """Fill a box with strokes: upright ones for a lean of 0, else slanting."""
    height, strokes = box.bottom - box.top, []
    x = box.left - height * lean + step / 2
    while x < box.right:
        start, end = x, x + height * lean
        low, high = max(start, box.left), min(end, box.right)
        if lean and low < high:
            from_y = box.bottom - (low - start) / lean
            to_y = box.bottom - (high - start) / lean
            strokes.append(line(low, from_y, high, to_y))
        elif not lean:
            strokes.append(line(x, box.bottom, x, box.top))
        x += step
    return "".join(strokes)
