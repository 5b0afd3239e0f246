-- Why a document went, and on whose behalf: what remains of it besides its row.
ALTER TABLE documents ADD COLUMN deleted_because text;
ALTER TABLE documents ADD COLUMN deleted_by text;
UPDATE documents SET deleted_because = 'requested' WHERE deleted_at IS NOT NULL;
ALTER TABLE documents ADD CHECK ((deleted_at IS NULL) = (deleted_because IS NULL));

CREATE INDEX documents_deleted ON documents (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX documents_kept_since ON documents (stored_at) WHERE deleted_at IS NULL;

-- Who masked what. Never where the boxes were: that would say where the numbers stand.
CREATE TABLE masks (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    masked_at   timestamptz NOT NULL,
    caller      text        NOT NULL,
    actor       text        NOT NULL,
    document    uuid        NOT NULL,
    application uuid        NOT NULL,
    -- 0: whoever looked found nothing to cover.
    boxes       int         NOT NULL
);

CREATE INDEX masks_by_document ON masks (document, masked_at);
CREATE INDEX masks_by_time ON masks (masked_at);
