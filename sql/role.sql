-- A role for `walbrook stream --no-create`: it may log in and replicate, and nothing else.
--
--     psql -d postgres://superuser@host/shop -v role=walbrook -f sql/role.sql
--
-- A role with REPLICATION sees every row of every published table, whether or not it may SELECT from it, and could take a
-- copy of the whole cluster: guard it as you guard a superuser's. Publication and slot are made by publication.sql.
--
-- Variables: role (default walbrook). Give it a password with \password, or a line in pg_hba.conf that needs none:
--
--     host  shop  walbrook  10.0.0.7/32  scram-sha-256

\set ON_ERROR_STOP on
\if :{?role}
\else
  \set role walbrook
\endif

BEGIN;
SELECT format('CREATE ROLE %I', :'role')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
ALTER ROLE :"role" LOGIN REPLICATION NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT;
-- Everybody has this, unless somebody took it away.
GRANT CONNECT ON DATABASE :"DBNAME" TO :"role";
COMMIT;
