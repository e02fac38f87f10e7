"""A straight line through what ever larger prompts cost.

Without the model's tokenizer nobody knows what a text must cost, but twice the text
costs twice as much. So the line through a few sizes tells what one unit of text
costs (its slope), and what is charged beside it (its intercept).
"""

from dataclasses import dataclass

Point = tuple[int, int]
"""Units of text in a prompt, and the tokens that it was charged with."""


@dataclass(frozen=True)
class LinearFit:
    """The points, sorted by size, and the line that fits them best.

    ``slope`` is in tokens for each unit of text, ``intercept`` in tokens.
    """

    points: tuple[Point, ...]
    slope: float
    intercept: float

    @classmethod
    def fit(cls, points: tuple[Point, ...]) -> "LinearFit":
        """Fit by least squares; raises ``ValueError`` without two different sizes."""
        sizes = [size for size, _ in points]
        if len(set(sizes)) < 2:
            raise ValueError(f"a line needs two sizes, not {sorted(set(sizes))}")
        middle = sum(sizes) / len(points)
        height = sum(tokens for _, tokens in points) / len(points)
        spread = sum((size - middle) ** 2 for size in sizes)
        lean = sum((size - middle) * (tokens - height) for size, tokens in points)
        slope = lean / spread
        ordered = tuple(sorted(points))
        return cls(ordered, slope, height - slope * middle)

    def predict(self, size: int) -> float:
        """Return the tokens that the line gives to ``size`` units."""
        return self.intercept + self.slope * size

    @property
    def worst_residual(self) -> Point:
        """Return the point that lies farthest from the line, up or down."""
        return max(
            self.points, key=lambda point: abs(point[1] - self.predict(point[0]))
        )
