"""Takes pictures of the pages for docs/screens, with web/e2e/screens.mjs against a sandbox of its own (`make screens`)."""

import argparse
import asyncio
import json
import shutil
import tempfile
import time
from pathlib import Path

import yaml
from PIL import Image, ImageChops

from cli import keys
from sandbox.stack import issue_keys, run_stack
from tests.audio import write_speech
from tests.web.browser import FLAGS, find_missing_requirement

ROOT = Path(__file__).parents[2]
ANSWERS = ROOT / "sandbox" / "answers" / "software_engineer.yaml"
SCREENS = ROOT / "web" / "e2e" / "screens.mjs"
ANSWER = "I moved the tariff calculation out of the nightly job, and compared both results every night for two weeks."

MAX_BYTES = 150_000
FAITHFUL_DIFFERENCE = 12
"""How far a channel of a pixel may be from the screen's, of 255, before a picture looks different."""
MAX_UNFAITHFUL_SHARE = 0.0001
"""Share of pixels that may be further away: the word on a small button has more."""


async def take_screens(only: str, output: Path, *, serve: bool) -> int:
    """Start a sandbox and take the pictures. With `serve`, keep it running and print the command instead."""
    missing = find_missing_requirement()
    if missing:
        raise SystemExit(f"The pictures cannot be taken: {missing}")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        sound = await asyncio.to_thread(write_speech, data / "answer.wav", ANSWER, 120)
        async with run_stack(ROOT, data) as stack:
            tokens = await issue_keys(stack, data, keys.provision_key)
            options = {
                "url": stack.api_url,
                "tokens": tokens,
                "answers": yaml.safe_load(ANSWERS.read_text())["answers"],
                "only": only,
                "output": str(output),
                "executable": shutil.which("chromium"),
                "arguments": [*FLAGS, "--use-fake-ui-for-media-stream", f"--use-file-for-fake-audio-capture={sound}"],
            }
            if serve:
                print(json.dumps(options), flush=True)
                await asyncio.Event().wait()
            started_at = time.time()
            process = await asyncio.create_subprocess_exec("node", str(SCREENS), json.dumps(options))
            failures = await process.wait()
    await asyncio.to_thread(shrink_all, output, started_at)
    return failures


def shrink_all(output: Path, since: float) -> None:
    """Reduce the pictures that were taken since then."""
    for picture in sorted(output.glob("*.png")):
        if picture.stat().st_mtime >= since:
            shrink(picture)


def shrink(picture: Path) -> None:
    """Reduce a picture to 256 colours, or without loss if that is not faithful. Raises SystemExit if it is still too large."""
    with Image.open(picture) as image:
        full = image.convert("RGB")
    # the first keeps shadows smooth, the second each colour
    for method in (Image.Quantize.MEDIANCUT, Image.Quantize.MAXCOVERAGE):
        reduced = full.quantize(palette=choose_palette(full, method), dither=Image.Dither.NONE)
        if measure_unfaithful_share(full, reduced) <= MAX_UNFAITHFUL_SHARE:
            reduced.save(picture, optimize=True)
            break
    else:
        full.save(picture, optimize=True)
    size = picture.stat().st_size
    if size > MAX_BYTES:
        raise SystemExit(f"{picture} has {size} bytes, more than {MAX_BYTES}")


def choose_palette(full: Image.Image, method: Image.Quantize) -> Image.Image:
    """Return an image whose palette suits a picture, small signs in a colour of their own included.

    A colour counts by the square root of its pixels. By their number, shades of the background would take the place of a red dot.
    """
    colors = full.getcolors(full.width * full.height) or []
    weighted = b"".join(bytes(color) * round(count**0.5) for count, color in colors if isinstance(color, tuple))
    sample = Image.frombytes("RGB", (len(weighted) // 3, 1), weighted)
    return sample.quantize(256, method=method, kmeans=1)


def measure_unfaithful_share(full: Image.Image, reduced: Image.Image) -> float:
    """Return the share of pixels whose colour has changed visibly."""
    red, green, blue = ImageChops.difference(full, reduced.convert("RGB")).split()
    counts = ImageChops.lighter(ImageChops.lighter(red, green), blue).histogram()
    return sum(counts[FAITHFUL_DIFFERENCE + 1 :]) / sum(counts)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="take only the pictures whose name begins with this, or of this line")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "screens", help="folder of the pictures")
    parser.add_argument("--serve", action="store_true", help="start the sandbox and print the options of screens.mjs")
    options = parser.parse_args()
    raise SystemExit(asyncio.run(take_screens(options.only, options.output, serve=options.serve)))


if __name__ == "__main__":
    main()
