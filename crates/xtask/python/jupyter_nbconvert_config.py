"""What plain `jupyter nbconvert` and JupyterLab's menu give of a notebook with .venv.

`--to html` and the menu: one page that needs no network, with solutions folded and the look of the
handouts. `--to webpdf`: that page, printed. `--to slides`: a slide for each section. Other formats,
such as `markdown` and `script`, show neither solutions nor teaching notes. A notebook of the
lecturers' edition has them in all.
`cargo xtask` installs two files in .venv/etc/jupyter that load this one, one of them for the menu.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from cells import FILTERS, FIRST_SHOWN  # noqa: E402
from webpdf import use_any_browser  # noqa: E402

c = get_config()  # noqa: F821
FIRST = [
    FIRST_SHOWN,
    "text/html",
    "text/markdown",
    "image/png",
    "image/jpeg",
    "text/plain",
]
c.HTMLExporter.extra_template_paths = [str(HERE)]
c.HTMLExporter.template_file = "plain.html.j2"
c.HTMLExporter.filters = FILTERS
c.NbConvertBase.display_data_priority = FIRST
use_any_browser()
c.SlidesExporter.template_file = "slides.html.j2"
c.SlidesExporter.preprocessors = ["readers.AsSlides"]
for name in (
    "MarkdownExporter",
    "ScriptExporter",
    "LatexExporter",
    "RSTExporter",
    "ASCIIDocExporter",
):
    c[name].preprocessors = ["readers.ForReaders"]
