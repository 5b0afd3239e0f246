"""The SQL of documents, one module for each table or group of tables."""

from services.documents.store.access import insert_mask, insert_read, prune_masks, prune_reads, prune_tokens, use_token
from services.documents.store.applications import lock_application, make_application, set_application
from services.documents.store.documents import (
    deletions,
    due_documents,
    find_document,
    forget_document,
    insert_document,
    kept,
    living_folders,
    lock_document,
    lock_keys,
    master_keys_in_use,
    replace_document,
    rewrap,
)
from services.documents.store.refusals import (
    forget_refusals,
    prune_refusals,
    refused_before,
    remember_refusal,
    was_submitted,
)

__all__ = [
    "deletions",
    "due_documents",
    "find_document",
    "forget_document",
    "forget_refusals",
    "insert_document",
    "insert_mask",
    "insert_read",
    "kept",
    "living_folders",
    "lock_application",
    "lock_document",
    "lock_keys",
    "make_application",
    "master_keys_in_use",
    "prune_masks",
    "prune_reads",
    "prune_refusals",
    "prune_tokens",
    "refused_before",
    "remember_refusal",
    "replace_document",
    "rewrap",
    "set_application",
    "use_token",
    "was_submitted",
]
