"""jobflow inside another program: in memory, with a clock that is moved by hand."""

from datetime import UTC, date, datetime

from jobflow import Add, Jobflow, NewContact, Tick, decide, load_workflow
from jobflow.testing import ManualClock

# A folder, a database file or ":memory:". Leave `clock` out, and the system's is used.
clock = ManualClock(datetime(2026, 3, 10, 17, 0, tzinfo=UTC))
flow = Jobflow.open(":memory:", clock=clock)

# Tell it what happened.
acme = flow.add(
    "Acme Ltd",
    role="Engineer",
    at=datetime(2026, 3, 10, 14, 0, tzinfo=UTC),
    contacts=[NewContact("interviewer", "Ada Byron"), NewContact("decision_maker", "Grace Hopper")],
    facts={"decision_date": date(2026, 3, 20)},
    timezone="Europe/London",
)
print(f"{acme.company} is in state '{acme.state}'.")

# Ask what to do now.
for task in flow.next():
    print(f"  {task.number}. {task.title}: due {task.due_at:%a %d %b %H:%M}")

# Say what was done.
letters = [task.number for task in acme.tasks if task.kind == "letter"]
(debrief,) = [task.number for task in acme.tasks if task.name == "debrief"]
flow.done(*letters)
flow.done(debrief, facts={"went_well": ["the design question", "my questions to them"]})
print(f"Both letters are written: now '{flow.get(acme.slug).state}'.")

# Let time pass. What a tick has to say is in its report.
clock.set(datetime(2026, 3, 23, 9, 0, tzinfo=UTC))
for message in flow.tick().messages:
    print(f"Tick, {message.kind}: {message.subject}. {message.text}")

# Ask why, and what comes.
for rule in flow.explain(acme.slug).rules:
    if rule.path.endswith("status_check"):
        print(f"Because {rule.path} is {rule.verdict}: {rule.actual}.")
for item in flow.plan(acme.slug)[:3]:
    print(f"Ahead: {item.at:%d %b} {item.name} {item.what}.")

# The same without a store: a workflow, an application and an input give a decision. Nothing is read or written.
rules = load_workflow("after-interview").workflow
monday = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
begin = Add(id="1", number=1, slug="globex", company="Globex", role=None, timezone=None, at=monday)
first = decide(rules, None, begin, flow.context_at(monday))
later = decide(rules, first.application, Tick(), flow.context_at(datetime(2026, 3, 10, 9, 0, tzinfo=UTC)))
print(f"Pure: {len(first.events)} events at first, then {', '.join(event.type for event in later.events)}.")

flow.close()
