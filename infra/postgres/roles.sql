-- Roles and databases of a region. Run once as a superuser: psql -f roles.sql
-- Passwords are set apart, so that none stands in a file: \password bundel_signals, and so on.
--
-- Per database: an owner that nobody logs in as all day (migrations use it), and the service's own
-- role. Give the service's role its rights after each migration: psql -d audit -f rights-audit.sql

CREATE ROLE bundel_signals LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 80;
CREATE ROLE bundel_consent LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 60;
CREATE ROLE bundel_keys LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 60;
CREATE ROLE bundel_audit_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 4;
CREATE ROLE bundel_audit LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 60;
-- Reads all four to copy them; writes nowhere.
CREATE ROLE bundel_backup LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 4;
GRANT pg_read_all_data TO bundel_backup;

CREATE DATABASE signals OWNER bundel_signals ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0;
CREATE DATABASE consent OWNER bundel_consent ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0;
CREATE DATABASE keys OWNER bundel_keys ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0;
CREATE DATABASE audit OWNER bundel_audit_owner ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0;

REVOKE ALL ON DATABASE signals, consent, keys, audit FROM PUBLIC;
GRANT CONNECT ON DATABASE signals, consent, keys, audit TO bundel_backup;
GRANT CONNECT ON DATABASE audit TO bundel_audit;

-- What is committed survives a power cut (I7): never lower these.
ALTER DATABASE signals SET synchronous_commit = 'on';
ALTER DATABASE consent SET synchronous_commit = 'on';
ALTER DATABASE keys SET synchronous_commit = 'on';
ALTER DATABASE audit SET synchronous_commit = 'on';
