extension RoundTripTables {
    /// Functions that give a random value, or what values are made of. `setseed` makes them repeat.
    static let generators = #"""
        CREATE SCHEMA random;

        CREATE FUNCTION random.int(low bigint, high bigint) RETURNS bigint LANGUAGE sql AS
            'SELECT low + floor(random() * (high - low + 1))::bigint';
        CREATE FUNCTION random.bits() RETURNS bigint LANGUAGE sql AS
            'SELECT random.int(0, 4294967295) << 32 | random.int(0, 4294967295)';
        -- Of every magnitude, small ones as often as large ones.
        CREATE FUNCTION random.signed(bits int) RETURNS bigint LANGUAGE sql AS
            'SELECT random.bits() >> (64 - bits + random.int(0, bits - 1))::int';
        CREATE FUNCTION random.pick(choices anyarray) RETURNS anyelement LANGUAGE sql AS
            'SELECT choices[random.int(1, cardinality(choices))]';

        -- The float that has these bits (IEEE 754), which SQL can only compute.
        CREATE FUNCTION random.float(bits bigint, exponent_bits int, mantissa_bits int) RETURNS float8
        LANGUAGE plpgsql AS $$
        DECLARE
            exponent bigint := bits >> mantissa_bits & (1 << exponent_bits) - 1;
            mantissa bigint := bits & (1::bigint << mantissa_bits) - 1;
            sign float8 := CASE WHEN bits >> mantissa_bits + exponent_bits & 1 = 1 THEN -1 ELSE 1 END;
            lowest int := 2 - (1 << exponent_bits - 1) - mantissa_bits;
        BEGIN
            IF exponent = (1 << exponent_bits) - 1 THEN
                RETURN CASE mantissa WHEN 0 THEN sign * 'infinity'::float8 ELSE 'nan' END;
            ELSIF exponent = 0 THEN
                RETURN sign * mantissa * power(2::float8, lowest);
            END IF;
            RETURN sign * (mantissa + (1::bigint << mantissa_bits)) * power(2::float8, lowest + exponent - 1);
        END $$;
        CREATE FUNCTION random.float4() RETURNS float4 LANGUAGE sql AS
            'SELECT random.float(random.bits(), 8, 23)::float4';
        CREATE FUNCTION random.float8() RETURNS float8 LANGUAGE sql AS
            'SELECT random.float(random.bits(), 11, 52)';

        -- Mostly short, now and then of a thousand digits, with zeros at either end.
        CREATE FUNCTION random.numeric() RETURNS numeric LANGUAGE plpgsql AS $$
        DECLARE
            count int := CASE WHEN random() < 0.01 THEN random.int(1, 1000) ELSE random.int(1, 30) END;
            digits text := left(string_agg(lpad(random.int(0, 999999999)::text, 9, '0'), ''), count)
                FROM generate_series(1, count, 9);
            scale int := random.int(0, count);
        BEGIN
            RETURN concat(random.pick('{-,""}'::text[]), '0', left(digits, count - scale), '.',
                right(digits, scale), repeat('0', random.int(0, 3)::int))::numeric;
        END $$;

        -- Control characters, the whole of Unicode, and what the syntax around a text gives a meaning.
        CREATE FUNCTION random.text(longest int) RETURNS text LANGUAGE sql AS $$
            SELECT coalesce(string_agg(CASE random.int(0, 5)
                WHEN 0 THEN chr(random.int(1, 31)::int)
                WHEN 1 THEN chr(random.int(32, 255)::int)
                WHEN 2 THEN chr(random.pick('{55295,57344,65279,65533,65534,65535,8232,8233,768,8206}'::int[]))
                WHEN 3 THEN chr(random.pick(
                    ARRAY[random.int(256, 55295), random.int(57344, 65533), random.int(65536, 1114111)])::int)
                ELSE substr(E'"\\''{}()[],;:=>&| \t\n\r/u0NULnul<', random.int(1, 36)::int, 1)
            END, ''), '') FROM generate_series(1, random.int(0, longest))
        $$;
        CREATE FUNCTION random.quoted(value text) RETURNS text LANGUAGE sql AS $$
            SELECT '"' || replace(replace(value, '\', '\\'), '"', '\"') || '"'
        $$;
        CREATE FUNCTION random.word(longest int) RETURNS text LANGUAGE sql AS
            $$ SELECT translate(left(md5(random()::text), random.int(1, longest)::int), '01', '_Z') $$;
        CREATE FUNCTION random.bitstring(longest int) RETURNS text LANGUAGE sql AS $$
            SELECT coalesce(string_agg(random.int(0, 1)::text, ''), '') FROM generate_series(1, random.int(0, longest))
        $$;
        CREATE FUNCTION random.bytes(longest int) RETURNS bytea LANGUAGE sql AS $$
            SELECT coalesce(string_agg(decode(lpad(to_hex(random.int(0, 255)), 2, '0'), 'hex'), ''), '')
            FROM generate_series(1, random.int(0, longest))
        $$;

        -- Lists of two values: none, one, several, in several dimensions; those of lists in one only.
        CREATE FUNCTION random.list(a anyelement, b anyelement, is_flat boolean, nothing anyelement DEFAULT NULL)
        RETURNS anyarray LANGUAGE plpgsql AS $$
        BEGIN
            CASE random.int(0, CASE WHEN is_flat THEN 4 ELSE 7 END)
                WHEN 0 THEN RETURN NULL;
                WHEN 1 THEN RETURN '{}';
                WHEN 2 THEN RETURN ARRAY[a];
                WHEN 3 THEN RETURN ARRAY[a, nothing, b];
                WHEN 4 THEN RETURN ARRAY[b, a];
                WHEN 5 THEN RETURN ARRAY[[a, b], [nothing, a]];
                WHEN 6 THEN RETURN ARRAY[[a], [b]];
                ELSE RETURN ARRAY[[[a, nothing]], [[b, a]]];
            END CASE;
        END $$;

        -- The text of a range between two values, of any kind.
        CREATE FUNCTION random.range(a anyelement, b anyelement) RETURNS text LANGUAGE plpgsql AS $$
        DECLARE
            lower text := random.quoted(CASE WHEN random() < 0.9 THEN least(a, b)::text END);
            upper text := random.quoted(CASE WHEN random() < 0.9 THEN greatest(a, b)::text END);
        BEGIN
            RETURN CASE WHEN random() < 0.05 THEN 'empty'
                ELSE concat(random.pick('{[,(}'::text[]), lower, ',', upper, random.pick('{],)}'::text[])) END;
        END $$;

        CREATE FUNCTION random.timestamp() RETURNS timestamp LANGUAGE sql AS $$
            SELECT timestamp '2000-01-01' + random.int(0, 999999) * interval '1 microsecond' + make_interval(secs =>
                random.pick(ARRAY[random.int(-63000000000, 252000000000), random.int(-211813488000, 9223371331198)]))
        $$;
        CREATE FUNCTION random.time() RETURNS time LANGUAGE sql AS
            $$ SELECT time '00:00' + random.int(0, 86399999999) * interval '1 microsecond' $$;
        CREATE FUNCTION random.interval() RETURNS interval LANGUAGE sql AS $$
            SELECT make_interval(months => random.signed(31)::int, days => random.signed(31)::int)
                + random.signed(53) * interval '1 microsecond'
        $$;
        """#
}
