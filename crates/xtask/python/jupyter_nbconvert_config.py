"""What plain `jupyter nbconvert --to html notebooks/04-wealth.ipynb` gives with .venv.

One page that needs no network, with solutions folded and the look of the handouts.
`cargo xtask` installs a file in .venv/etc/jupyter that loads this one.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from cells import FILTERS, FIRST_SHOWN  # noqa: E402

c = get_config()  # noqa: F821
c.HTMLExporter.extra_template_paths = [str(HERE)]
c.HTMLExporter.template_file = "plain.html.j2"
c.HTMLExporter.filters = FILTERS
c.NbConvertBase.display_data_priority = [
    FIRST_SHOWN,
    "text/html",
    "text/markdown",
    "image/png",
    "image/jpeg",
    "text/plain",
]
