-- The database and its two roles, made once by an administrator of the server:   psql --file deploy/roles.sql postgres
-- The owner migrates (flask db upgrade); the service only reads and writes rows. Other names: psql --set service=… --set owner=…
-- --set database=…   Give both roles passwords (\password) unless the server knows them by their user of the machine.
\set ON_ERROR_STOP on
\if :{?service} \else \set service eligibility \endif
\if :{?owner} \else \set owner eligibility_owner \endif
\if :{?database} \else \set database eligibility \endif

CREATE ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
CREATE ROLE :"service" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
CREATE DATABASE :"database" OWNER :"owner" TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"service";

\connect :database
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO :"owner";
GRANT USAGE ON SCHEMA public TO :"service";
-- What the owner creates from now on the service may use, and no more: no TRUNCATE, no TRIGGER, no ALTER.
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"service";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO :"service";
