"""What an HTML report is made of: excerpts, evidence, drawings and the template."""
