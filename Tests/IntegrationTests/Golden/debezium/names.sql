-- Names of schemas, tables, columns and types that have to be quoted.
--
-- Not in here, since the connector stops at them: two columns of a table whose names differ by case only.
CREATE SCHEMA "My Schema";
CREATE SCHEMA "dotted.schema";
CREATE TYPE "Odd ""Type" AS ENUM ('sad');
CREATE TYPE "My Schema".mood AS ENUM ('glad');
CREATE TABLE "Odd Name""s" ("Id" int PRIMARY KEY, "a.b" int, "c d" text, "e""f" text, "g'h" text);
CREATE TABLE "My Schema"."My Table" ("ID" int PRIMARY KEY, kind "Odd ""Type", mood "My Schema".mood);
CREATE TABLE "dotted.schema"."dotted.table" (id int PRIMARY KEY);
CREATE TABLE "tête-à-tête" ("clé" int PRIMARY KEY, "größe" int, "数" int, "😀" int);
CREATE TABLE "😀" (id int PRIMARY KEY);
CREATE TABLE "UPPER" ("KEY" int PRIMARY KEY, "Value" int);
CREATE TABLE "select" ("from" int PRIMARY KEY, "before" int, "after" int, "op" text, "source" text);
CREATE TABLE "dash-and_under.9" (id int PRIMARY KEY, "back\slash" int, "new
line" int, "tab	" int, "$1" int, "9" int, " " int);
CREATE TABLE "63 bytes is the longest name that a table of PostgreSQL can hav"
    ("63 bytes is the longest name that a column of PostgreSQL can ha" int PRIMARY KEY);
CREATE TABLE "a b" (id int PRIMARY KEY);
CREATE TABLE "a_b" (id int PRIMARY KEY);
-- stream
INSERT INTO "Odd Name""s" VALUES (1, 2, 'c', 'e', 'g');
UPDATE "Odd Name""s" SET "Id" = 2;
DELETE FROM "Odd Name""s";
INSERT INTO "My Schema"."My Table" VALUES (1, 'sad', 'glad');
DELETE FROM "My Schema"."My Table";
INSERT INTO "dotted.schema"."dotted.table" VALUES (1);
INSERT INTO "tête-à-tête" VALUES (1, 2, 3, 4);
UPDATE "tête-à-tête" SET "clé" = 2;
INSERT INTO "😀" VALUES (1);
INSERT INTO "UPPER" VALUES (1, 2);
UPDATE "UPPER" SET "KEY" = 2;
INSERT INTO "select" VALUES (1, 2, 3, 'x', 'y');
DELETE FROM "select";
INSERT INTO "dash-and_under.9" VALUES (1, 2, 3, 4, 5, 6, 7);
INSERT INTO "63 bytes is the longest name that a table of PostgreSQL can hav" VALUES (1);
INSERT INTO "a b" VALUES (1);
INSERT INTO "a_b" VALUES (2);
TRUNCATE "Odd Name""s", "My Schema"."My Table";
