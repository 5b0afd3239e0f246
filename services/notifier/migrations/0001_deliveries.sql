-- Whom to write to, for each application. The address lives here only, never in a delivery.
CREATE TABLE contacts (
    application_id uuid   PRIMARY KEY,
    receipt_number text   NOT NULL,
    email          text   NOT NULL,
    language       text   NOT NULL,
    -- Of the event that brought the address: a later one wins, whenever it arrives.
    sequence       bigint NOT NULL
);

-- One message to one person, because of one event. It waits for its contact, too: only rows that have one are claimed.
CREATE TABLE deliveries (
    id             uuid        PRIMARY KEY,
    application_id uuid        NOT NULL,
    caused_by      uuid        NOT NULL,
    template       text        NOT NULL,
    recipient      text        NOT NULL,
    occurred_at    timestamptz NOT NULL,
    -- What the template needs; blanked once the delivery has ended.
    content        jsonb,
    status         text        NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'sending', 'sent', 'failed')),
    attempts       int         NOT NULL DEFAULT 0,
    due_at         timestamptz NOT NULL DEFAULT '-infinity',
    claim          uuid,
    claimed_until  timestamptz,
    last_error     text,
    ended_at       timestamptz,
    UNIQUE (caused_by, template, recipient),
    CHECK ((status = 'sending') = (claim IS NOT NULL AND claimed_until IS NOT NULL)),
    CHECK ((status IN ('sent', 'failed')) = (ended_at IS NOT NULL AND content IS NULL))
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

CREATE INDEX deliveries_to_send ON deliveries (occurred_at, id) WHERE status IN ('waiting', 'sending');
