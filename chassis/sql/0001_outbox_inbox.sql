-- The two tables that every service owns in its own database, and the counter that orders a subject's events.

CREATE TABLE outbox_subjects (
    subject  uuid   PRIMARY KEY,
    sequence bigint NOT NULL
);

CREATE TABLE outbox (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id     uuid        NOT NULL UNIQUE,
    event_type   text        NOT NULL,
    subject      uuid        NOT NULL,
    event        jsonb       NOT NULL,
    recorded_at  timestamptz NOT NULL,
    not_before   timestamptz NOT NULL DEFAULT '-infinity',
    attempts     int         NOT NULL DEFAULT 0,
    last_error   text,
    parked_at    timestamptz,
    published_at timestamptz
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

CREATE INDEX outbox_waiting ON outbox (id) WHERE published_at IS NULL;
CREATE INDEX outbox_waiting_by_subject ON outbox (subject, id) WHERE published_at IS NULL;
CREATE INDEX outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL;

CREATE TABLE inbox (
    queue       text        NOT NULL,
    event_id    uuid        NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (queue, event_id)
);

CREATE INDEX inbox_received ON inbox (received_at);
