"""The results of scenarios in the XML that JUnit made customary, for those who show test reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from jobflow.workbench.scenarios import Failure, Result


def junit(results: Mapping[str, Sequence[Result]]) -> bytes:
    """One `testsuite` for each workflow, by name, one `testcase` for each scenario."""
    root = ElementTree.Element("testsuites", name="jobflow")
    for name, of_one in results.items():
        failed = sum(bool(result.failures) for result in of_one)
        suite = ElementTree.SubElement(
            root, "testsuite", name=name, tests=str(len(of_one)), failures=str(failed), errors="0", skipped="0"
        )
        for result in of_one:
            place = result.scenario.place
            case = ElementTree.SubElement(
                suite,
                "testcase",
                classname=name,
                name=result.scenario.name,
                file=place.source,
                line=str(place.line),
                time="0",
            )
            if result.failures:
                first = result.failures[0]
                failure = ElementTree.SubElement(case, "failure", type="difference", message=difference(first))
                failure.text = "\n".join(_located(failure) for failure in result.failures)
    report: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return report


def _located(failure: Failure) -> str:
    place = failure.place
    return f"{place.source}:{place.line}:{place.column} {failure.at.isoformat()} {difference(failure)}"


def difference(failure: Failure) -> str:
    """What is otherwise than expected, in one line."""
    return f"{failure.what}: expected {failure.expected}, found {failure.actual}"
