"""What a WSGI server loads.

What cannot be served ends the process with every complaint, before a single request is taken.
"""

import gc
import logging
import sys

from environs import EnvError

from app.access.roles import UnsoundRoles
from app.law.errors import UnsoundLaw
from app.logs import configure
from app.production import UnfitForProduction
from app.records.errors import RecordsUnavailable
from app.settings import from_environment, redacted

try:
    # Within, since some of it reads the roles as soon as it is imported.
    from app.factory import create_app

    settings = from_environment()
    configure(settings.log_level)
    app = create_app(settings)
except EnvError as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(2)
except UnfitForProduction as error:
    sys.stderr.write(f"{error}\nThe service does not start in production mode like this.\n")
    sys.exit(2)
except OSError as error:  # the folder for what this installation alone has
    sys.stderr.write(
        f"{error.filename}: {error.strerror}. ELIGIBILITY_INSTANCE must name a folder that can be "
        "written to.\n"
    )
    sys.exit(2)
except RecordsUnavailable as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(4)
except UnsoundRoles as error:
    sys.stderr.write(f"{error}\nThe roles cannot be used: {len(error.faults)} complaints.\n")
    sys.exit(3)
except UnsoundLaw as error:
    sys.stderr.write(f"{error}\nThe law cannot be used: {len(error.faults)} complaints.\n")
    sys.exit(3)

logging.getLogger("app").info("settings", extra=redacted(settings))

# The law lives as long as the process: set aside, it is not walked through again by every garbage
# collection.
gc.collect()
gc.freeze()
