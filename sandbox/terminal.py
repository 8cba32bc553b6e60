"""Shows an interview in a terminal: running steps, turns, progress, evaluation and recordings."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from sandbox.livekit.build import REPORT_SECONDS, ReportProgress
from sandbox.word_errors import word_error_rate


class RunningSteps:
    """Shows the steps that are running. Use as `with`.

    A terminal shows them with their elapsed time below all other output; elsewhere each is printed as a plain line.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        columns = (SpinnerColumn(), TextColumn("[dim]{task.description}[/]"), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self.report_interval = math.inf if console.is_terminal else REPORT_SECONDS
        """Seconds between two reports of a step; infinite on a terminal, which shows the elapsed time itself."""

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._progress.stop()

    @contextmanager
    def step(self, text: str) -> Iterator[ReportProgress]:
        """Show a step while the block runs. Yields a function that replaces its text."""
        task = self._progress.add_task("", total=None, visible=False)

        def report(line: str) -> None:
            if self._console.is_terminal:
                self._progress.update(task, description=escape(line), visible=True)
            else:
                self._console.print(f"[dim]{escape(line)}[/]")

        report(text)
        try:
            yield report
        finally:
            self._progress.remove_task(task)


def show_turn(console: Console, turn: dict[str, Any]) -> None:
    """Print one turn of the transcript."""
    who = "[bold cyan]Interviewer[/]" if turn["speaker"] == "INTERVIEWER" else "[bold green]Candidate[/]"
    line = Table.grid(padding=(0, 2, 0, 0))
    line.add_column(width=3, justify="right", style="dim")
    line.add_column(width=len("Interviewer"))
    line.add_column()
    line.add_row(str(turn["seq"]), who, escape(turn["text"]))
    console.print(line)


def format_progress(state: dict[str, Any]) -> str:
    """Return the progress of an interview as one line."""
    progress, evaluation = state["progress"], state["evaluation"]
    minutes, limit = progress["elapsedSeconds"] / 60, progress["limitSeconds"] / 60
    parts = [
        f"-- question {progress['question']} of {progress['questions']}, {minutes:.1f} of {limit:.0f} min, {state['status']}",
        *([state["endReason"]] if state["endReason"] else []),
        *([f"evaluation {evaluation['status']}"] if evaluation else []),
        *([evaluation["failure"]] if evaluation and evaluation["failure"] else []),
    ]
    return ", ".join(parts)


def show_word_errors(console: Console, said: Sequence[str], heard: Sequence[str]) -> None:
    """Print the word error rate of the transcript against what the candidate said, if the candidate said anything."""
    if words := sum(len(text.split()) for text in said):
        rate = word_error_rate(said, heard)
        console.print(f"\nWord error rate of the candidate's turns against what was said: [bold]{rate:.2f}[/] of {words} words")
        console.print("[dim](Whisper's tiny model in place of Deepgram, espeak-ng in place of a person)[/]")


def show_recordings(console: Console, recordings: Sequence[dict[str, Any]], files: Sequence[Path]) -> None:
    """Print the recordings and their files."""
    console.print("\n[bold]Recordings[/]" if recordings else "\nThe interview was not recorded.")
    for recording in recordings:
        seconds = recording["durationSeconds"]
        length = "" if seconds is None else f", {seconds:.0f} s of {recording['mimeType']}"
        link = ", its link plays it" if recording["isPlayed"] else ""
        console.print(f"  {recording['kind']:<17} {recording['status']}{length}{link}")
        if recording["failure"]:
            console.print(f"  [yellow]{escape(recording['failure'])}[/]")
    for file in files:
        console.print(f"  [dim]{escape(str(file))}[/]", soft_wrap=True)


def show_evaluation(console: Console, evaluation: dict[str, Any]) -> None:
    """Print an evaluation: the score with its spread, and each level with its coverage and its quotes in their sentences."""
    console.print()
    console.rule("Evaluation" + (" (made by the sandbox, not for decisions)" if evaluation["sandbox"] else ""))
    console.print(
        f"Overall [bold]{_format_score(evaluation)}[/], {evaluation['recommendation']}, "
        f"{evaluation['coverage']:.0%} of the rubric assessed"
    )
    if evaluation["flags"]:
        console.print(f"To be looked at: {', '.join(evaluation['flags'])}")
    console.print(escape(evaluation["summary"] or ""))
    table = Table("Criterion", "Level", "Quotes found in the transcript", show_lines=True)
    for result in evaluation["criteria"]:
        level = result["state"].lower().replace("_", " ") if result["level"] is None else f"{result['level']} of 5"
        passes = " ".join("-" if one is None else str(one) for one in result["passLevels"])
        answered = sum(question["answered"] for question in result["questions"])
        table.add_row(
            f"{result['name']}\n[dim]weight {result['weight']:.0%}[/]",
            f"{level}\n[dim]passes {passes}\n{answered} of {len(result['questions'])} questions[/]",
            _format_quotes(result["evidence"]),
        )
    console.print(table)
    for title, findings in (("Strengths", evaluation["strengths"]), ("Weaknesses", evaluation["weaknesses"])):
        console.print(f"[bold]{title}[/]" if findings else f"[bold]{title}[/]: none that a quote supports")
        for finding in findings:
            console.print(f"  - {escape(finding['text'])}\n    [dim]{_format_quotes(finding['evidence'])}[/]")


def _format_score(evaluation: dict[str, Any]) -> str:
    if evaluation["overallScore"] is None:
        return f"none: {evaluation['inconclusiveReason']}"
    score, lowest, highest = (evaluation[name] for name in ("overallScore", "lowestScore", "highestScore"))
    spread = "" if lowest == highest else f" (the passes give {lowest} to {highest})"
    return f"{score} of 100{spread}"


def _format_quotes(evidence: list[dict[str, Any]]) -> str:
    return "\n".join(f"turn {found['seq']}: {_format_quote(found)}" for found in evidence) or "-"


def _format_quote(found: dict[str, Any]) -> str:
    """Return the sentence with the quote underlined, and the flags that may turn its meaning."""
    sentence, begin = found["sentence"], found["start"] - found["sentenceStart"]
    end = begin + len(found["quote"])
    flags = f" [yellow]({', '.join(found['flags'])})[/]" if found["flags"] else ""
    return f"{escape(sentence[:begin])}[underline]{escape(sentence[begin:end])}[/]{escape(sentence[end:])}{flags}"
