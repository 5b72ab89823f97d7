"""jobflow: after the interview, the right thing on the right day.

Everything is imported when it is first asked for: `import jobflow` alone costs next to nothing.
"""

__version__ = "0.1.0"

# Not from `typing`, whose import costs more than all of this; type checkers know the name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from jobflow.bootstrap import Jobflow
    from jobflow.contracts import (
        AgendaItem,
        Attachment,
        BusinessCalendar,
        Channel,
        Condition,
        Exporter,
        Failed,
        HomeFolder,
        Importer,
        Message,
        NewMessage,
        NewTask,
        Outcome,
        Retry,
        Secret,
        Sent,
        Step,
        StepContext,
        StepResult,
        TaskKind,
        Template,
        Unknown,
        Verdict,
        WorkflowFile,
    )
    from jobflow.core.application import AddedRule
    from jobflow.core.context import Context
    from jobflow.core.debriefing import Debrief
    from jobflow.core.decide import Decision, decide
    from jobflow.core.diagnostics import Diagnostic
    from jobflow.core.errors import (
        ClockSetBack,
        Conflict,
        EventNotPossible,
        InvalidFile,
        JobflowError,
        Refused,
        RulesLoop,
        StoreError,
        UnknownName,
    )
    from jobflow.core.inputs import Add, Found, Learn, Log, NewContact, Settle, Snooze, Tick, Upgrade
    from jobflow.core.lessons import Lessons
    from jobflow.core.model import Workflow
    from jobflow.core.offers import Offers
    from jobflow.core.records import OutboxMessage, Record
    from jobflow.core.settings import Settings
    from jobflow.core.statistics import Stats
    from jobflow.core.views import Application, Explanation, PlanItem, Task, TickReport, WrittenLetter
    from jobflow.engine import NewApplication
    from jobflow.engine.forgetting import Forgotten
    from jobflow.engine.learning import Preparation
    from jobflow.engine.upgrading import Upgraded
    from jobflow.hookspecs import hookimpl
    from jobflow.rulebook.load import Loaded, load_workflow

_HOMES = {
    "Jobflow": "bootstrap",
    "AgendaItem": "contracts",
    "Attachment": "contracts",
    "BusinessCalendar": "contracts",
    "Channel": "contracts",
    "Condition": "contracts",
    "Exporter": "contracts",
    "Failed": "contracts",
    "HomeFolder": "contracts",
    "Importer": "contracts",
    "Message": "contracts",
    "NewMessage": "contracts",
    "NewTask": "contracts",
    "Outcome": "contracts",
    "Retry": "contracts",
    "Secret": "contracts",
    "Sent": "contracts",
    "Step": "contracts",
    "StepContext": "contracts",
    "StepResult": "contracts",
    "TaskKind": "contracts",
    "Template": "contracts",
    "Unknown": "contracts",
    "Verdict": "contracts",
    "WorkflowFile": "contracts",
    "Decision": "core.decide",
    "decide": "core.decide",
    "Context": "core.context",
    "Diagnostic": "core.diagnostics",
    "ClockSetBack": "core.errors",
    "Conflict": "core.errors",
    "EventNotPossible": "core.errors",
    "InvalidFile": "core.errors",
    "JobflowError": "core.errors",
    "Refused": "core.errors",
    "RulesLoop": "core.errors",
    "StoreError": "core.errors",
    "UnknownName": "core.errors",
    "Add": "core.inputs",
    "Found": "core.inputs",
    "Learn": "core.inputs",
    "AddedRule": "core.application",
    "Log": "core.inputs",
    "NewContact": "core.inputs",
    "Settle": "core.inputs",
    "Snooze": "core.inputs",
    "Tick": "core.inputs",
    "Workflow": "core.model",
    "OutboxMessage": "core.records",
    "Record": "core.records",
    "Settings": "core.settings",
    "Application": "core.views",
    "Explanation": "core.views",
    "PlanItem": "core.views",
    "Task": "core.views",
    "TickReport": "core.views",
    "Upgrade": "core.inputs",
    "NewApplication": "engine",
    "Upgraded": "engine.upgrading",
    "WrittenLetter": "core.views",
    "Debrief": "core.debriefing",
    "Lessons": "core.lessons",
    "Offers": "core.offers",
    "Stats": "core.statistics",
    "Preparation": "engine.learning",
    "Forgotten": "engine.forgetting",
    "hookimpl": "hookspecs",
    "Loaded": "rulebook.load",
    "load_workflow": "rulebook.load",
}
"""Where each name lives."""

__all__ = [
    "Add",
    "AddedRule",
    "AgendaItem",
    "Application",
    "Attachment",
    "BusinessCalendar",
    "Channel",
    "ClockSetBack",
    "Condition",
    "Conflict",
    "Context",
    "Debrief",
    "Decision",
    "Diagnostic",
    "EventNotPossible",
    "Explanation",
    "Exporter",
    "Failed",
    "Forgotten",
    "Found",
    "HomeFolder",
    "Importer",
    "InvalidFile",
    "Jobflow",
    "JobflowError",
    "Learn",
    "Lessons",
    "Loaded",
    "Log",
    "Message",
    "NewApplication",
    "NewContact",
    "NewMessage",
    "NewTask",
    "Offers",
    "OutboxMessage",
    "Outcome",
    "PlanItem",
    "Preparation",
    "Record",
    "Refused",
    "Retry",
    "RulesLoop",
    "Secret",
    "Sent",
    "Settings",
    "Settle",
    "Snooze",
    "Stats",
    "Step",
    "StepContext",
    "StepResult",
    "StoreError",
    "Task",
    "TaskKind",
    "Template",
    "Tick",
    "TickReport",
    "Unknown",
    "UnknownName",
    "Upgrade",
    "Upgraded",
    "Verdict",
    "Workflow",
    "WorkflowFile",
    "WrittenLetter",
    "__version__",
    "decide",
    "hookimpl",
    "load_workflow",
]


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name == "testing":
        return import_module("jobflow.testing")
    if name not in _HOMES:
        raise AttributeError(f"module 'jobflow' has no attribute '{name}'")
    value = getattr(import_module(f"jobflow.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
