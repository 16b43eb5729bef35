import Replication

/// Types of every server, by their OIDs (`pg_type.dat` and `pg_range.dat`), as far as they are made of others.
enum BuiltInTypes {
    /// Array types, each with the type of its elements.
    static let elementOfArray: [UInt32: UInt32] = [
        1000: 16, 1001: 17, 1005: 21, 1007: 23, 1016: 20, 1028: 26,  // bool, bytea, int2, int4, int8, oid
        1021: 700, 1022: 701, 1231: 1700, 791: 790,  // float4, float8, numeric, money
        1009: 25, 1015: 1043, 1014: 1042, 1002: 18, 1003: 19,  // text, varchar, bpchar, "char", name
        199: 114, 3807: 3802, 4073: 4072, 143: 142,  // json, jsonb, jsonpath, xml
        1182: 1082, 1183: 1083, 1270: 1266, 1115: 1114, 1185: 1184, 1187: 1186,  // date … interval
        2951: 2950, 1561: 1560, 1563: 1562,  // uuid, bit, varbit
        1040: 829, 775: 774, 1041: 869, 651: 650,  // macaddr, macaddr8, inet, cidr
        1017: 600, 1018: 601, 1019: 602, 1020: 603, 1027: 604, 629: 628, 719: 718,  // point … circle
        3643: 3614, 3645: 3615, 3735: 3734, 3770: 3769,  // tsvector, tsquery, regconfig, regdictionary
        3221: 3220, 271: 5069, 1011: 28, 1012: 29, 1010: 27,  // pg_lsn, xid8, xid, cid, tid
        1008: 24, 2207: 2202, 2208: 2203, 2209: 2204, 2210: 2205, 2211: 2206,  // regproc … regtype
        4090: 4089, 4097: 4096, 4192: 4191,  // regnamespace, regrole, regcollation
        2201: 1790, 1263: 2275, 1006: 22, 1013: 30, 1034: 1033, 2949: 2970, 5039: 5038,  // vectors, aclitem …
        3905: 3904, 3907: 3906, 3909: 3908, 3911: 3910, 3913: 3912, 3927: 3926,  // ranges
        6150: 4451, 6151: 4532, 6152: 4533, 6153: 4534, 6155: 4535, 6157: 4536,  // multiranges
    ]

    /// Range types, each with the type of its bounds: int4, num, ts, tstz, date, int8.
    static let subtypeOfRange: [UInt32: UInt32] = [
        3904: 23, 3906: 1700, 3908: 1114, 3910: 1184, 3912: 1082, 3926: 20,
    ]

    /// Multirange types, each with its range type.
    static let rangeOfMultirange: [UInt32: UInt32] = [
        4451: 3904, 4532: 3906, 4533: 3908, 4534: 3910, 4535: 3912, 4536: 3926,
    ]

    /// A built-in type by the name that a Type message gives it, as far as it is not written as text anyway: a domain
    /// comes with the name of its base type.
    static func oid(named type: TypeName) -> OID? {
        guard type.schema == "pg_catalog" else { return nil }
        return names[type.name].map { OID($0) }
    }

    private static let names: [String: UInt32] = [
        "bool": 16, "bytea": 17, "int8": 20, "int2": 21, "int4": 23, "oid": 26, "json": 114, "jsonb": 3802,
        "float4": 700, "float8": 701, "timestamp": 1114, "timestamptz": 1184, "numeric": 1700, "money": 790,
        "date": 1082, "time": 1083, "timetz": 1266, "interval": 1186, "bit": 1560, "varbit": 1562,
        "uuid": 2950, "name": 19, "point": 600, "int2vector": 22, "oidvector": 30,
        "_bool": 1000, "_bytea": 1001, "_int2": 1005, "_int4": 1007, "_int8": 1016, "_oid": 1028,
        "_float4": 1021, "_float8": 1022, "_numeric": 1231, "_text": 1009, "_varchar": 1015, "_bpchar": 1014,
        "_char": 1002, "_name": 1003, "_json": 199, "_jsonb": 3807, "_date": 1182, "_time": 1183,
        "_timetz": 1270, "_timestamp": 1115, "_timestamptz": 1185, "_uuid": 2951, "_interval": 1187,
        "int4range": 3904, "numrange": 3906, "tsrange": 3908, "tstzrange": 3910, "daterange": 3912,
        "int8range": 3926,
    ]
}
