-- The wrapped key of a document lies beside its images now, where it can be overwritten (ADR 0010); here it is NULL.
-- Those that are still here are moved by the running service.
ALTER TABLE documents DROP CONSTRAINT documents_check;
ALTER TABLE documents ADD CONSTRAINT documents_check
    CHECK (num_nulls(folder, key_name, fingerprint) = CASE WHEN deleted_at IS NULL THEN 0 ELSE 3 END
           AND (deleted_at IS NULL OR wrapped_key IS NULL));

CREATE INDEX documents_keys_to_move ON documents (id) WHERE wrapped_key IS NOT NULL;

-- Master keys that are going: what was sealed by one of them is not stored any more, wherever the upload began.
CREATE TABLE retired_keys (
    name       text        PRIMARY KEY,
    retired_at timestamptz NOT NULL
);
