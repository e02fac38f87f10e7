"""Tests of the section `auth`."""
