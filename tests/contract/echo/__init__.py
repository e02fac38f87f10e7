"""Tests of the section `echo`."""
