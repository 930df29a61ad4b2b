"""Brings the catalogues up to date with the flows and pages: new English lines appear, what is gone goes."""

from pathlib import Path

from babel.messages.frontend import CommandLineInterface

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE / "messages.pot"
_EXTRACT = [
    "extract", "--mapping-file", "babel.cfg", "--keywords", "pgettext:1c,2", "--keywords", "lazy_gettext",
    "--add-comments", "Translators:", "--no-location", "--project", "Textroom", "--version", "1",
    "--copyright-holder", "the Textroom team",
]  # fmt: skip
_UPDATE = [
    "update",
    "--domain",
    "messages",
    "--no-fuzzy-matching",
    "--ignore-obsolete",
    "--no-wrap",
]


def extract() -> None:
    """Run from the folder of the checkout: babel.cfg names its files from there."""
    babel = CommandLineInterface()
    babel.run(["pybabel", "--quiet", *_EXTRACT, "--output-file", str(TEMPLATE), "."])
    babel.run(
        ["pybabel", "--quiet", *_UPDATE, "--input-file", str(TEMPLATE), "--output-dir", str(HERE)]
    )
