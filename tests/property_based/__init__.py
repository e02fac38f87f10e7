"""Tests of generated requests: how they are drawn, chosen, judged and made smaller."""
