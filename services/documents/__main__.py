"""`python -m services.documents`"""

from chassis.service import run
from services.documents.app import SERVICE

run(SERVICE)
