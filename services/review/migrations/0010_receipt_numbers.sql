-- Who calls says the receipt number.
CREATE INDEX cases_by_receipt_number ON cases (receipt_number);
