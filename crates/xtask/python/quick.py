"""To be imported before nbformat: leaves out what that imports and does not use.

jsonschema, if it can, imports a check of addresses in other alphabets, which builds its grammar
in some three seconds at each start. No notebook's schema has such an address.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
