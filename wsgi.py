"""What a WSGI server loads. Unsound law ends the process with every complaint, before a single request is taken."""

import gc
import sys

from app import create_app
from app.access.roles import UnsoundRoles
from app.law.errors import UnsoundLaw
from app.records.errors import RecordsUnavailable

try:
    app = create_app()
except RecordsUnavailable as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(4)
except UnsoundRoles as error:
    sys.stderr.write(f"{error}\nThe roles cannot be used: {len(error.faults)} complaints.\n")
    sys.exit(3)
except UnsoundLaw as error:
    sys.stderr.write(f"{error}\nThe law cannot be used: {len(error.faults)} complaints.\n")
    sys.exit(3)

# The law lives as long as the process: set aside, it is not walked through again by every garbage collection.
gc.collect()
gc.freeze()
