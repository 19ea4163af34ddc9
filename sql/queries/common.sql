-- name: tx_begin
BEGIN
-- name: tx_commit
COMMIT
-- name: tx_rollback
ROLLBACK
-- name: ping
SELECT 1
-- name: plans_discard
DISCARD PLANS
-- name: listener_probe
-- the payload is empty: the channel's random name says whose it is
SELECT pg_catalog.pg_notify($1::text, '')
-- name: migration_table_exists
SELECT to_regclass('salesreg.schema_migrations') IS NOT NULL
-- name: migration_list
SELECT version, checksum, compatible FROM salesreg.schema_migrations ORDER BY version
-- name: migration_record
INSERT INTO salesreg.schema_migrations (version, name, checksum, compatible)
VALUES ($1::integer, $2::text, $3::text, $4::boolean)
-- name: migration_lock
-- 'sale' as a number: one class for all advisory locks of this program
SELECT pg_catalog.pg_advisory_lock(1935764581, 1)
-- name: migration_unlock
SELECT pg_catalog.pg_advisory_unlock(1935764581, 1)
