"""Takes the README's pictures: ``uv run python -m tests.pictures URL`` with the program running at URL."""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def take(url: str) -> None:
    """The simulator, texted in three languages, at desk and phone size."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_page(viewport={"width": 860, "height": 780})
        page.goto(f"{url}/simulator/")
        converse(
            page,
            "Piotr Zielinski",
            "sms",
            ["Czy rozmowa będzie nagrywana?", "czy moge zaparkowac", "english please"],
        )
        page.screenshot(path=FOLDER / "simulator.png")
        phone = browser.new_page(viewport={"width": 390, "height": 800})
        phone.goto(f"{url}/simulator/")
        converse(
            phone,
            "Shirin Akhtar",
            "whatsapp",
            ["کیا میں کسی انسان سے بات کر سکتی ہوں؟", "zuban badal dein"],
        )
        phone.locator("main").screenshot(path=FOLDER / "simulator-urdu.png")
        converse(phone, "Rafiq Uddin", "sms", ["আমার কি অ্যাপ লাগবে?", "কত টাকা খরচ হবে"])
        phone.locator("main").screenshot(path=FOLDER / "simulator-bengali.png")
        browser.close()


def converse(page, name, channel, texts):
    """Pick the patient and the channel, and text; each reply is waited for."""
    value = page.locator("#patient option", has_text=name).get_attribute("value")
    page.select_option("#patient", value)
    page.check(f"[name=channel][value={channel}]")
    page.wait_for_timeout(700)
    for text in texts:
        before = page.locator("#thread li.theirs").count()
        page.fill("#body", text)
        page.press("#body", "Enter")
        page.wait_for_function(
            "n => document.querySelectorAll('#thread li.theirs').length > n",
            arg=before,
            timeout=30_000,
        )
    page.wait_for_timeout(2_500)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    take(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
