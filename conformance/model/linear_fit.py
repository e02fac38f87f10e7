"""Least-squares fit of prompt token counts against prompt length.

Without the model's tokenizer, the correct token count of a text is unknown, but twice
the text has twice the tokens. A line through several lengths gives the tokens for one
unit of text (the slope) and the tokens that do not depend on the text (the intercept).
"""

from dataclasses import dataclass

Point = tuple[int, int]
"""The length of a prompt in units of text, and its token count."""


@dataclass(frozen=True)
class LinearFit:
    """Points sorted by length, and the line that fits them best.

    ``slope`` is in tokens per unit of text, ``intercept`` in tokens.
    """

    points: tuple[Point, ...]
    slope: float
    intercept: float

    @classmethod
    def fit(cls, points: tuple[Point, ...]) -> "LinearFit":
        """Fit a line; raises ``ValueError`` without two different lengths."""
        lengths = [length for length, _ in points]
        if len(set(lengths)) < 2:
            raise ValueError(f"a line needs two lengths, not {sorted(set(lengths))}")
        mean_length = sum(lengths) / len(points)
        mean_tokens = sum(tokens for _, tokens in points) / len(points)
        variance = sum((length - mean_length) ** 2 for length in lengths)
        covariance = sum(
            (length - mean_length) * (tokens - mean_tokens) for length, tokens in points
        )
        slope = covariance / variance
        return cls(tuple(sorted(points)), slope, mean_tokens - slope * mean_length)

    def predict(self, length: int) -> float:
        """Return the token count that the line predicts for ``length`` units."""
        return self.intercept + self.slope * length

    @property
    def worst_residual(self) -> Point:
        """Return the point that is farthest from the line, above or below."""
        return max(
            self.points, key=lambda point: abs(point[1] - self.predict(point[0]))
        )
