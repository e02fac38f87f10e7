"""Parts of the HTML report: JSON excerpts, evidence, charts, translations, the page."""
