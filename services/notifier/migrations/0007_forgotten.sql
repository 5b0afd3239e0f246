-- Applications that were erased: nothing that is heard of them later brings an address back. No personal data.
CREATE TABLE forgotten (
    application_id uuid PRIMARY KEY,
    forgotten_at timestamptz NOT NULL
);
