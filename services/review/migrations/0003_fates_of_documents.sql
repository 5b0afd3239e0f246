-- What became of an image after it was stored. A row of its own: this may be heard before anything else of the document.
CREATE TABLE document_fates (
    application_id uuid NOT NULL,
    id uuid NOT NULL,
    masked_at timestamptz,
    deleted_at timestamptz,
    deleted_because text,
    PRIMARY KEY (application_id, id),
    CHECK ((deleted_at IS NULL) = (deleted_because IS NULL))
);
