"""The ``conformance`` command, assembled from the modules of this package."""

import click

from conformance.cli.compare import compare
from conformance.cli.error_handling import ErrorHandlingGroup
from conformance.cli.explain import explain
from conformance.cli.faults import faults
from conformance.cli.init import init
from conformance.cli.judge import judge
from conformance.cli.list import list_
from conformance.cli.report import report
from conformance.cli.run import run
from conformance.cli.serve import serve
from conformance.cli.trend import trend


@click.group(
    cls=ErrorHandlingGroup, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="responses-conformance")
def main() -> None:
    """Test whether an LLM gateway implements POST /v1/responses correctly."""


for _command in (
    run,
    report,
    judge,
    compare,
    trend,
    list_,
    explain,
    faults,
    serve,
    init,
):
    main.add_command(_command)
