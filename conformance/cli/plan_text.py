"""Describe what a run sends to a conforming server, and what that costs."""

from collections.abc import Iterator

from conformance.judge.plan import Plan
from conformance.model.generated_input import PREFIX
from conformance.reports.wording import count


def describe_plan(plan: Plan) -> str:
    """Return the size of a plan on one line."""
    generated = sum(probe.name.startswith(PREFIX) for probe in plan.probes)
    generated_part = f", {count(generated, 'generated request')}" if generated else ""
    requirements = len({case.check.requirement.id for case in plan.cases})
    return (
        f"planned: {count(requirements, 'requirement')},"
        f" {count(len(plan.probes) - generated, 'probe')} (scripted requests)"
        f"{generated_part}; estimated:"
        f" {_cost(plan.model_responses, plan.rejections)},"
        f" at most {count(plan.max_output_tokens, 'output token')}"
    )


def plan_lines(plan: Plan) -> Iterator[str]:
    """Yield the size of a plan, followed by the cost of each probe."""
    yield describe_plan(plan)
    for probe in plan.probes:
        cost = _cost(probe.model_responses, probe.rejections)
        yield f"  {probe.name}: {cost}: {probe.text}"


def _cost(model_responses: int, rejections: int) -> str:
    return (
        f"{count(model_responses, 'model response')}, {count(rejections, 'rejection')}"
    )
