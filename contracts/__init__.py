"""What the services say to each other: schemas, examples, who says and hears what."""

from contracts.catalogue import CONTRACTS, ENVELOPE, OTHERS, SERVICES, Contract, events_of, heard_by

__all__ = ["CONTRACTS", "ENVELOPE", "OTHERS", "SERVICES", "Contract", "events_of", "heard_by"]
