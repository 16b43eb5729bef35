-- NULL in columns that have a DEFAULT, and what a delete says of columns that are not in the replica identity.
--
-- Not in here, since what the connector writes depends on the time of its start: DEFAULT 'now' and the like, which it
-- takes for texts to parse.
CREATE EXTENSION citext;
CREATE EXTENSION hstore;
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE DOMAIN named AS text DEFAULT 'by domain';
CREATE DOMAIN price AS numeric(10,2);
CREATE SEQUENCE numbers;

CREATE TABLE constants (
    id int PRIMARY KEY, i2 smallint DEFAULT 2, i4 integer DEFAULT -4, i8 bigint DEFAULT 9007199254740993,
    f4 real DEFAULT 1.5, f8 double precision DEFAULT 1e21, n numeric DEFAULT 1.50, n62 numeric(6,2) DEFAULT 1.5,
    m money DEFAULT 1.5, b boolean DEFAULT true, c5 char(5) DEFAULT 'ab', v varchar(10) DEFAULT 'it''s',
    t text DEFAULT 'some "text" é😀', empty text DEFAULT '', nothing text DEFAULT NULL, byte "char" DEFAULT 'a',
    ci citext DEFAULT 'Ab', u uuid DEFAULT 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', x xml DEFAULT '<a/>',
    i inet DEFAULT '1.2.3.4', c cidr DEFAULT '1.2.3.0/24', mac macaddr DEFAULT '08:00:2b:01:02:03',
    j json DEFAULT '{"a": 1}', jb jsonb DEFAULT '{"a": 1}', e mood DEFAULT 'glad'
);
CREATE TABLE more_constants (
    id int PRIMARY KEY, d date DEFAULT '2016-11-04', t time DEFAULT '13:51:30.123456',
    t3 time(3) DEFAULT '13:51:30.123', tz timetz DEFAULT '13:51:30+02',
    ts timestamp DEFAULT '2016-11-04 13:51:30.123456', ts3 timestamp(3) DEFAULT '2016-11-04 13:51:30.123',
    tstz timestamptz DEFAULT '2016-11-04 13:51:30.123456+02',
    tstz3 timestamptz(3) DEFAULT '2016-11-04 13:51:30.123456+02', iv interval DEFAULT '1 day 00:00:01',
    p point DEFAULT '(1,2)', r int4range DEFAULT '[1,5)', bytes bytea DEFAULT '\x0102', b1 bit DEFAULT B'1',
    b8 bit(8) DEFAULT B'00000101', vb varbit DEFAULT B'101', h hstore DEFAULT 'a=>1', w tsvector DEFAULT 'cat',
    o oid DEFAULT 4000000000, pr price DEFAULT 1.5, nd named, ia integer[] DEFAULT '{1,2}', ta text[] DEFAULT '{a,b}'
);
CREATE TABLE expressions (
    id int PRIMARY KEY, now timestamptz DEFAULT now(), day date DEFAULT CURRENT_DATE,
    ts timestamp DEFAULT CURRENT_TIMESTAMP, u uuid DEFAULT gen_random_uuid(), s bigint DEFAULT nextval('numbers'),
    who text DEFAULT CURRENT_USER, sum integer DEFAULT 1 + 2, upper text DEFAULT upper('abc'),
    joined text DEFAULT 'a' || 'b', negative integer DEFAULT (-5), cast_text text DEFAULT 'a'::varchar,
    infinite timestamp DEFAULT 'infinity', infinite_tz timestamptz DEFAULT 'infinity',
    arr text[] DEFAULT ARRAY['a'], js jsonb DEFAULT '{}'::jsonb, r text DEFAULT random()::text
);

-- NOT NULL, with a default and without.
CREATE TABLE required (
    id int PRIMARY KEY, i2 smallint NOT NULL, i4 integer NOT NULL, i8 bigint NOT NULL, f4 real NOT NULL,
    f8 double precision NOT NULL, n numeric NOT NULL, n62 numeric(6,2) NOT NULL, m money NOT NULL, b boolean NOT NULL,
    c5 char(5) NOT NULL, v varchar NOT NULL, t text NOT NULL, byte "char" NOT NULL, ci citext NOT NULL, u uuid NOT NULL,
    x xml NOT NULL, i inet NOT NULL, c cidr NOT NULL, mac macaddr NOT NULL, j json NOT NULL, jb jsonb NOT NULL,
    e mood NOT NULL, name name NOT NULL
);
CREATE TABLE more_required (
    id int PRIMARY KEY, d date NOT NULL, t time NOT NULL, t3 time(3) NOT NULL, tz timetz NOT NULL,
    ts timestamp NOT NULL, ts3 timestamp(3) NOT NULL, tstz timestamptz NOT NULL, tstz3 timestamptz(3) NOT NULL,
    iv interval NOT NULL, p point NOT NULL, r int4range NOT NULL, bytes bytea NOT NULL, b1 bit NOT NULL,
    b8 bit(8) NOT NULL, vb varbit NOT NULL, h hstore NOT NULL, w tsvector NOT NULL, o oid NOT NULL, pr price NOT NULL,
    nd named NOT NULL, ia integer[] NOT NULL, ta text[] NOT NULL
);
CREATE TABLE required_default (
    id int PRIMARY KEY, i integer NOT NULL DEFAULT 5, t text NOT NULL DEFAULT 'x', n numeric NOT NULL DEFAULT 1.50,
    n62 numeric(6,2) NOT NULL DEFAULT 1.5, now timestamptz NOT NULL DEFAULT now(), name name NOT NULL DEFAULT 'abc',
    bytes bytea NOT NULL DEFAULT '\x01', u uuid NOT NULL DEFAULT gen_random_uuid(), s bigserial,
    always bigint GENERATED ALWAYS AS IDENTITY
);
CREATE TABLE key_default (id int PRIMARY KEY DEFAULT 7, v text);
CREATE TABLE defaults_full (id int PRIMARY KEY, i int DEFAULT 5, t text DEFAULT 'x');
ALTER TABLE defaults_full REPLICA IDENTITY FULL;
-- stream
INSERT INTO constants VALUES (1);
INSERT INTO constants VALUES (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
DELETE FROM constants WHERE id = 1;
INSERT INTO more_constants VALUES (1);
INSERT INTO more_constants VALUES (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
DELETE FROM more_constants WHERE id = 1;
INSERT INTO expressions VALUES (1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL);
DELETE FROM expressions;

INSERT INTO required VALUES (1, 1, 1, 1, 1, 1, 1, 1, 1, true, 'a', 'a', 'a', 'a', 'a',
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '<a/>', '1.2.3.4', '1.2.3.0/24', '08:00:2b:01:02:03', '1', '1', 'glad',
    'a');
DELETE FROM required;
INSERT INTO more_required VALUES (1, '2016-11-04', '10:00', '10:00', '10:00Z', '2016-11-04 10:00', '2016-11-04 10:00',
    '2016-11-04 10:00Z', '2016-11-04 10:00Z', '1 day', '(1,2)', '[1,5)', '\x01', B'1', B'00000001', B'1', 'a=>1', 'cat',
    1, 1, 'x', '{1}', '{a}');
UPDATE more_required SET id = 2;
DELETE FROM more_required;
INSERT INTO required_default (id, now, u)
    VALUES (1, '2016-11-04 10:00Z', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11');
DELETE FROM required_default;
INSERT INTO key_default VALUES (7, 'x'), (8, 'x');
DELETE FROM key_default;
INSERT INTO defaults_full VALUES (1, NULL, NULL);
UPDATE defaults_full SET t = 'y';
DELETE FROM defaults_full;
