import asyncio
from io import BytesIO
from pathlib import Path

import pypdf
import pytest

from errors import Unavailable
from evaluation.reports import pdf
from evaluation.reports.explanation import build_explanation
from evaluation.reports.labels import load_labels
from evaluation.reports.pages import PageRenderer
from evaluation.reports.pdf import MAX_CONCURRENT, MAX_WAITING, PdfRenderer
from tests.evaluation.reports.samples import QUOTE, REVIEWER, make_report


def read_pdf(content: bytes) -> tuple[pypdf.PdfReader, str]:
    """Return the document, and its text with single spaces."""
    document = pypdf.PdfReader(BytesIO(content))
    return document, " ".join(" ".join(page.extract_text() for page in document.pages).split())


@pytest.mark.usefixtures("pango")
async def test_pdf_of_a_report_has_its_text_links_and_size() -> None:
    document, text = read_pdf(await PdfRenderer().render(PageRenderer().render_report(make_report())))
    assert document.metadata and document.metadata.title == "Evaluation report: Tester"
    for expected in ("Ada Lovelace", QUOTE, "technical at level 5", REVIEWER, "cc33"):
        assert expected in text
    assert (round(document.pages[0].mediabox.width), round(document.pages[0].mediabox.height)) == (595, 842)
    links = {annotation.get_object()["/A"]["/URI"] for page in document.pages for annotation in page.get("/Annots", [])}
    assert "https://viva.example/interviews/int_1#turn-4" in links


@pytest.mark.usefixtures("pango")
async def test_pdf_of_an_explanation_has_its_language_and_no_reviewer() -> None:
    labels = load_labels("de")
    html = PageRenderer().render_explanation(build_explanation(make_report(language="de")), labels)
    document, text = read_pdf(await PdfRenderer().render(html))
    assert labels.explanation.title in text
    assert "Gespräch" in text
    assert REVIEWER not in text
    assert document.metadata and document.metadata.title == labels.explanation.title


@pytest.mark.usefixtures("pango")
async def test_page_that_refers_to_a_resource_fetches_nothing() -> None:
    requests = 0

    async def count_request(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        requests += 1
        writer.close()

    async with await asyncio.start_server(count_request, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        html = f'<img src="http://127.0.0.1:{port}/a.png"><link rel="stylesheet" href="http://127.0.0.1:{port}/a.css"><p>Text'
        _, text = read_pdf(await PdfRenderer().render(html))
    assert (requests, text) == (0, "Text")


async def test_missing_library_is_a_clear_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (folder := tmp_path / "weasyprint").mkdir()
    (folder / "__init__.py").write_text("raise OSError('cannot load library libpango-1.0-0')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(Unavailable, match="Pango is not installed"):
        await PdfRenderer().render("<p>Text")


async def test_renderer_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "RENDER_SECONDS", 0.05)
    with pytest.raises(Unavailable, match="in time"):
        await PdfRenderer().render("<p>Text")


@pytest.mark.usefixtures("pango")
async def test_waiting_requests_are_bounded() -> None:
    renderer = PdfRenderer()
    waiting = [asyncio.create_task(renderer.render("<p>Text")) for _ in range(MAX_CONCURRENT + MAX_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable) as refused:
        await renderer.render("<p>Text")
    assert refused.value.retry_after_seconds == 60
    for task in waiting:
        task.cancel()
    assert all(isinstance(result, asyncio.CancelledError) for result in await asyncio.gather(*waiting, return_exceptions=True))
    assert (await renderer.render("<p>Text")).startswith(b"%PDF-")
