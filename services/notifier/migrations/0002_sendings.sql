-- When mails were handed to the mail server, for the rates of the policy; forgotten after an hour or so.
CREATE TABLE sendings (
    claim  uuid        PRIMARY KEY,
    domain text        NOT NULL,
    at     timestamptz NOT NULL
);
CREATE INDEX sendings_by_time ON sendings (at, domain);
