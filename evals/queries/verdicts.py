"""Verdicts of a run: a rule applied to its stored scores. No model is called."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from evals.domain.rules import Rule, Verdicts, evaluate
from evals.engine import score_store
from evals.models import RuleVersion, Run, RunRule

# Draft rules come by the dozen while a line is moved; only the last ones are asked for again.
_KEPT_BYTES = 32 * 1024 * 1024

# A moment beside the id: an id may be given out again after a rollback.
_Key = tuple[int, datetime, int, str]
_cache: OrderedDict[_Key, Verdicts] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, kw_only=True)
class RunRuleVersion:
    """The rule a run is read with; `number` is None when the playground has no version of it."""

    rule: Rule
    number: int | None


def current_rule(run: Run) -> RunRuleVersion:
    """The newest rule that `run` was read with, else the one it started with. One query."""
    newest = RunRule.objects.filter(run_id=run.pk).order_by("-id").values("rule_version_id")[:1]
    version = RuleVersion.objects.filter(pk__in=newest).first()
    if version is not None:
        return RunRuleVersion(rule=Rule.from_json(version.spec), number=version.number)
    return RunRuleVersion(rule=Rule.from_json(run.spec.snapshot["rule"]), number=None)


def verdicts(run: Run, rule: Rule | None = None) -> Verdicts:
    """The verdict of every answer of `run` under `rule`, by default the run's current one.

    Kept per process by run, run version and rule, so that a page read twice is computed once.
    """
    rule = rule or current_rule(run).rule
    key = (run.pk, run.created_at, run.version, rule.sha256)
    with _lock:
        if key in _cache:
            _cache.move_to_end(key)
            return _cache[key]
    # Outside of the lock: two readers may both compute it, neither waits for the other.
    found = evaluate(rule, score_store.matrix(run))
    with _lock:
        _keep(key, found)
    return found


def _keep(key: _Key, found: Verdicts) -> None:
    """Put `found` last; let go of the run's earlier versions, then of what was read longest ago."""
    run_id, _made, version, _rule = key
    for old in [old for old in _cache if old[0] == run_id and old[2] != version]:
        # Each entry holds on to the scores it was made from: a running run makes many.
        del _cache[old]
    _cache[key] = found
    kept = sum(one.codes.nbytes + one.conditions.nbytes for one in _cache.values())
    while kept > _KEPT_BYTES and len(_cache) > 1:
        _key, gone = _cache.popitem(last=False)
        kept -= gone.codes.nbytes + gone.conditions.nbytes
