-- Form 3: the terms of keys. Where there is nothing, the settings decide.

ALTER TABLE api_key ADD COLUMN policy TEXT;
ALTER TABLE api_key ADD COLUMN models TEXT NOT NULL DEFAULT ''; -- separated by commas; none: every model
ALTER TABLE api_key ADD COLUMN requests_per_minute INTEGER;
ALTER TABLE api_key ADD COLUMN tokens_per_minute INTEGER;
ALTER TABLE api_key ADD COLUMN budget_micros INTEGER; -- of a calendar month, in millionths of the currency
