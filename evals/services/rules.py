"""What a user can do with the rule of a playground. Every change is a new version."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from django.db import transaction

from accounts.errors import Refused
from accounts.models import User
from evals.domain.rules import Condition, Mode, Rule
from evals.models import RuleVersion, Run, RunRule
from playground.models import Playground


def current_version(playground: Playground) -> RuleVersion | None:
    """The newest version of the playground's rule; None before there is one."""
    return RuleVersion.objects.filter(playground=playground).order_by("-number").first()


def current(playground: Playground) -> Rule:
    """The playground's rule; one without conditions before there is any."""
    version = current_version(playground)
    return Rule.from_json(version.spec) if version else Rule()


@transaction.atomic
def save(*, playground: Playground, rule: Rule, user: User | None = None) -> RuleVersion:
    """The version that holds `rule`: the current one while no run was read with it, else a new one.

    A version that a run was read with never changes.
    """
    # Serializes two changes on PostgreSQL, and a change with the start of a run.
    Playground.objects.select_for_update().get(pk=playground.pk)
    newest = current_version(playground)
    if newest and newest.sha256 == rule.sha256:
        return newest
    if newest and not RunRule.objects.filter(rule_version_id=newest.pk).exists():
        newest.spec, newest.sha256, newest.created_by = rule.to_json(), rule.sha256, user
        newest.save(update_fields=["spec", "sha256", "created_by"])
        return newest
    return RuleVersion.objects.create(
        playground=playground,
        number=newest.number + 1 if newest else 1,
        spec=rule.to_json(),
        sha256=rule.sha256,
        created_by=user,
    )


@transaction.atomic
def save_for_run(*, run: Run, rule: Rule, user: User | None = None) -> RuleVersion:
    """Save `rule` for the run's playground and read this run with it from now on.

    No model is called: verdicts are computed from stored scores.
    """
    playground = Playground.objects.get(pk=run.playground_id)
    version = save(playground=playground, rule=rule, user=user)
    newest = RunRule.objects.filter(run_id=run.pk).first()
    if newest is None or newest.rule_version_id != version.pk:
        RunRule.objects.create(run_id=run.pk, rule_version_id=version.pk)
    return version


def set_mode(
    *, playground: Playground, mode: Mode, n: int | None = None, user: User | None = None
) -> RuleVersion:
    """Join the counted KPIs by `mode`; `n` belongs to "at_least".

    Raises Refused for a number that cannot be met.
    """
    rule = current(playground)
    try:
        changed = Rule(mode=mode, n=n if mode == "at_least" else None, conditions=rule.conditions)
    except ValueError as exc:
        raise Refused(str(exc), hint="Set a KPI to “Counts”, or choose another number.") from exc
    return save(playground=playground, rule=changed, user=user)


def put_condition(
    *, playground: Playground, condition: Condition, user: User | None = None
) -> RuleVersion:
    """Set the condition of one slot: in the place of its old one, else last."""
    rule = current(playground)
    if condition.slot in rule.slots:
        conditions = [condition if c.slot == condition.slot else c for c in rule.conditions]
    else:
        conditions = [*rule.conditions, condition]
    return save(playground=playground, rule=fitted(rule, conditions), user=user)


def drop_condition(*, playground: Playground, slot: str, user: User | None = None) -> RuleVersion:
    """Take a slot out of the rule."""
    rule = current(playground)
    kept = [condition for condition in rule.conditions if condition.slot != slot]
    return save(playground=playground, rule=fitted(rule, kept), user=user)


def restricted(*, playground: Playground, slots: Collection[str]) -> Rule:
    """The playground's rule without conditions on slots that its setup no longer has.

    They come back when the rule is saved on the page of an earlier run that measured more.
    """
    rule = current(playground)
    return fitted(rule, (c for c in rule.conditions if c.slot in slots))


def fitted(rule: Rule, conditions: Iterable[Condition]) -> Rule:
    """`rule` with other conditions; a number no longer reachable becomes the highest that is."""
    conditions = tuple(conditions)
    counted = sum(not condition.required for condition in conditions)
    if rule.mode != "at_least" or rule.n is None:
        return replace(rule, conditions=conditions)
    if counted == 0:
        return Rule(mode="all", conditions=conditions)
    return Rule(mode="at_least", n=min(rule.n, counted), conditions=conditions)
