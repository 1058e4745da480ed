-- The rights of the log's own role, after every migration: psql -d audit -f rights-audit.sql
-- It can add and read, nothing else: whoever steals its password cannot change or delete an entry.
-- The two exceptions are what the design asks for: the last tile grows by a function of the owner,
-- which triggers judge; and the key of an erased person is destroyed (AVG art. 17).

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM bundel_audit;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO bundel_audit;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO bundel_audit;
GRANT INSERT ON entries, tiles, checkpoints, cosignatures, entry_index, entry_subjects, subject_keys TO bundel_audit;
GRANT DELETE ON subject_keys TO bundel_audit;
GRANT EXECUTE ON FUNCTION grow_tile(integer, bigint, bytea) TO bundel_audit;
