"""Tests of the state machine of a stream."""
