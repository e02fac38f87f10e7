"""A value of every option, the defaults, and the settings that follow from them."""

from pathlib import Path

from conformance.model.baseline import Baseline, ExpectedFailure
from conformance.model.profile import NEWAPI, OPENAI
from conformance.model.requirement import Level
from conformance.model.settings import Limits, Settings
from tests.cli.option_runs import ONE

VALUES = {
    "url": "http://127.0.0.1:9/prefix/v1",
    "model": "mine",
    "api-key-env": "MINE",
    "second-key-env": "THEIRS",
    "profile": "openai",
    "header": "X-Tenant: 7",
    "only": "usage",
    "require": "tools",
    "level": "should",
    "seed": "7",
    "generated": "3",
    "shrink": "no",
    "case": f"{ONE}[every exchange]",
    "concurrency": "2",
    "rate": "30/m",
    "timeout": "7.5",
    "max-requests": "9",
    "max-seconds": "11",
    "report-dir": "out",
    "catalogue": "2026-11-22",
    "baseline": "known.toml",
    "format": "har,json",
    "lang": "zh",
}
KNOWN = '[[expected]]\nrequirement = "usage.total-is-the-sum"\nreason = "known"\n'
GIVEN = Settings(
    url="http://127.0.0.1:9/prefix",
    model="mine",
    key="sk-mine",
    second_key="sk-theirs",
    key_env="MINE",
    profile=OPENAI,
    headers=(("x-tenant", "7"),),
    only=("usage",),
    require=("tools",),
    level=Level.SHOULD,
    seed=7,
    generated=3,
    shrink=False,
    case=f"{ONE}[every exchange]",
    limits=Limits(
        concurrency=2, rate=0.5, timeout=7.5, max_requests=9, max_seconds=11.0
    ),
    catalogue="2026-11-22",
    baseline=Baseline((ExpectedFailure(ONE, "known", "", "", None),)),
    report_dir=Path("out"),
    lang="zh",
)
DEFAULTS = Settings(
    url="http://127.0.0.1:9",
    model="m",
    key="sk-default",
    second_key="",
    key_env="CONFORMANCE_API_KEY",
    profile=NEWAPI,
    headers=(),
    only=(),
    require=(),
    level=Level.MAY,
    seed=0,
    generated=120,
    shrink=True,
    case="",
    limits=Limits(
        concurrency=16, rate=None, timeout=60.0, max_requests=None, max_seconds=None
    ),
    catalogue="2026-11-22",
    baseline=Baseline(()),
    report_dir=None,
    lang="en",
)
HELP = {
    "url": "the embedded gateway",
    "model": "none; required with a URL",
    "api-key-env": (
        "the first one set of CONFORMANCE_API_KEY, NEWAPI_API_KEY, OPENAI_API_KEY"
    ),
    "second-key-env": "none",
    "profile": "newapi",
    "header": "none",
    "only": "all",
    "require": "none",
    "level": "may",
    "seed": "0",
    "generated": "120",
    "shrink": "yes",
    "case": "all cases",
    "concurrency": "16",
    "rate": "unlimited",
    "timeout": "60",
    "max-requests": "unlimited",
    "max-seconds": "unlimited",
    "report-dir": "reports/<time>-<host>-<profile>",
    "catalogue": "all requirements",
    "baseline": "none",
    "format": "html,json,junit,markdown",
    "lang": "en",
}
FORMATS = ("html", "json", "junit", "markdown")
