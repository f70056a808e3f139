"""For the JupyterLab that `cargo xtask lab` starts in a dev container.

Jupyter looks here because devcontainer.json puts this folder into XDG_CONFIG_DIRS.
"""

import os
import re

c = get_config()  # noqa: F821 (Jupyter brings it)

# The browser is on another machine: it is sent to the server, not to a file with its address.
c.ServerApp.use_redirect_file = False

# In a codespace the browser knows the server by another name, from which Jupyter refuses requests.
name = os.environ.get("CODESPACE_NAME")
domain = os.environ.get("GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN")
if name and domain:
    c.ServerApp.allow_origin_pat = rf"https://{re.escape(name)}-\d+\.{re.escape(domain)}"
