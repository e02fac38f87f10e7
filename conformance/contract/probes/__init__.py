"""The conversations that we hold with a target; each is paid for once in a run."""
