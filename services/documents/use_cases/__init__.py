"""What documents can do."""

from services.documents.use_cases.vault import Vault

__all__ = ["Vault"]
