"""Letters between what is recorded and the files that the user edits: shown, kept as drafts, read again when sent."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jobflow.adapters.home import Home
from jobflow.adapters.plugins.kit import Kit, Texts
from jobflow.adapters.template_files import TemplateFiles
from jobflow.core.errors import JobflowError, Refused
from jobflow.core.letters import Letter, as_html, blanks
from jobflow.core.views import Application, WrittenLetter
from jobflow.engine.forgetting import Doomed, Forgotten
from jobflow.exchange import Exchange

if TYPE_CHECKING:
    from jobflow.adapters.draft_files import DraftFiles
    from jobflow.adapters.traces import Traces


FOLDER = "drafts"
"""Where drafts are, unless config.yaml says otherwise; as the channel has it."""


class Correspondence(Exchange):
    """An engine whose letters can be looked at and kept as files. `home`: whose folders these are, if any."""

    home: Home | None = None

    def owner(self, task: int) -> Application:
        """The application that a task belongs to, as of now. Raises `UnknownName`."""
        entry = self._entry(self.store, self._owner(self.store, task))
        return self._present(self.store, entry.state, self._now(self.store, writing=False))

    def letter(
        self, task: int, *, template: str | None = None, tone: str | None = None, afresh: bool = False
    ) -> WrittenLetter:
        """The letter of a task: as it was sent, else the draft that there is, else as it would be written now.

        With `template`, `tone` or `afresh` it is written now, whatever there is. Raises `UnknownName` or `Refused`.
        """
        owner = self.owner(task)
        kind = next(item.kind for item in owner.tasks if item.number == task)
        anew = afresh or template is not None or tone is not None
        sent = None if anew else self._sent_letter(task)
        if sent is not None:
            row = next(iter(self._letters_of(task)), None)
            letter = Letter((row.recipient if row else None) or owner.company, row.subject if row else "", sent)
            return _view(letter, owner, task, kind, None, sent=True)
        path = self._draft_of(task, owner)
        drafts = self._drafts()
        if path is not None and not anew and drafts is not None:
            found = drafts.read(path)
            if found is not None:
                return _view(found, owner, task, kind, path)
        templates = None if tone is None else templates_of(self.home, self.kit, tone)
        return _view(self._compose(task, template=template, templates=templates), owner, task, kind, path)

    def letter_for(self, application: str | int, template: str, *, tone: str | None = None) -> WrittenLetter:
        """A letter that no task asks for, such as `withdrawal`. Raises `UnknownName` or `Refused`."""
        templates = None if tone is None else templates_of(self.home, self.kit, tone)
        letter = self._compose_for(application, template, templates=templates)
        return _view(letter, self.get(application), None, "letter", None)

    def draft_file(self, letter: WrittenLetter) -> tuple[str, bytes]:
        """Where a letter lies as a draft, and what stands in the file. Raises `Refused` without a folder of its own."""
        drafts = self._drafts()
        if drafts is None:
            raise Refused("there is no folder for drafts here.", hint="Jobflow.open(FOLDER)")
        key = f"letter:{letter.application}:{letter.task if letter.task is not None else letter.subject}"
        plain = Letter(letter.recipient, letter.subject, letter.text)
        path = letter.draft or drafts.path(letter.application, plain, key)
        return path, drafts.content(letter.application, plain, key)

    def draft_text(self, task: int) -> str | None:
        """The text of the draft of a task, as the user left it; None where there is none."""
        drafts = self._drafts(there=True)
        path = None if drafts is None else self._draft_of(task, self.owner(task))
        found = drafts.read(path) if drafts is not None and path is not None else None
        return None if found is None else found.text

    def forget(self, application: str | int, *, dry_run: bool = False) -> Forgotten:
        """Erase an application: its history, tasks and messages, its drafts, its lines in the log. It can't be undone.

        `dry_run`: only say what would be. Raises `UnknownName`, or `Refused` where a file can't be erased or a tick is
        at work.
        """
        self._finish_erasing()  # what was ordered before, and was killed
        doomed = self._doomed(application)
        traces = None if self.home is None else self._traces(self.home, doomed)
        left: list[str] = []
        if dry_run:
            files = traces.find() if traces is not None else ()
        else:
            files, left = self._erase(doomed, traces.erase if traces is not None else tuple)
        if traces is not None:
            left += traces.left()
        return Forgotten(
            application=doomed.slug,
            records=len(doomed.records),
            messages=len(doomed.messages),
            files=files,
            left=tuple(left),
            dry_run=dry_run,
        )

    def _traces(self, home: Home, doomed: Doomed) -> Traces:
        from jobflow.adapters.draft_files import DraftFiles
        from jobflow.adapters.traces import Traces

        drafts = DraftFiles(home.data, self.parts.settings.channels.get("drafts", {}))
        names = {doomed.slug}
        for record in doomed.records:
            if record.type == "added":
                names.add(str(record.data["company"]))
            elif record.type == "contact_added":
                names |= {str(record.data[key]) for key in ("name", "email") if record.data[key]}
        return Traces(home, drafts.folder, doomed.slug, names, drafts.paths(doomed.messages))

    def _drafts(self, *, there: bool = False) -> DraftFiles | None:
        """The folder of drafts; with `there`, only where there is one: what makes mail of letters is slow to import."""
        if self.home is None:
            return None
        named = str(self.parts.settings.channels.get("drafts", {}).get("folder", FOLDER))
        if there and not os.path.isdir(os.path.join(self.home.data, os.path.expanduser(named))):
            return None
        from jobflow.adapters.draft_files import DraftFiles

        return DraftFiles(self.home.data, self.parts.settings.channels.get("drafts", {}))

    def _draft_of(self, task: int, owner: Application) -> str | None:
        drafts = self._drafts(there=True)
        if drafts is None:
            return None
        rows = self._letters_of(task)
        try:
            plain = self._compose(task)
        except JobflowError:
            plain = Letter(owner.company, "", "")
        return drafts.find(rows, drafts.path(owner.slug, plain, f"letter:{owner.slug}:{task}"))


def _view(
    letter: Letter, owner: Application, task: int | None, kind: str, draft: str | None, *, sent: bool = False
) -> WrittenLetter:
    return WrittenLetter(
        task=task,
        application=owner.slug,
        kind=kind,
        recipient=letter.recipient or owner.company,
        subject=letter.subject,
        text=letter.text,
        html=as_html(letter),
        blanks=blanks(f"{letter.subject}\n{letter.text}"),
        draft=draft,
        sent=sent,
        settled=any(item.number == task and item.settled_at is not None for item in owner.tasks),
    )


def templates_of(home: Home | None, kit: Kit, tone: str | None = None) -> TemplateFiles:
    """The templates of a home: the user's own, those that ship, those of plugins."""
    return TemplateFiles(home.templates if home else None, Texts(kit, "jobflow_templates"), tone)
