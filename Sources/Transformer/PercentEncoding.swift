/// Percent-encodes the UTF-8 of a text (RFC 3986), all but unreserved characters and some more.
func percentEncoded(_ text: String, keeping others: String = "") -> String {
    var result = ""
    for byte in text.utf8 {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A:
            result.unicodeScalars.append(Unicode.Scalar(byte))
        case _ where "-._~".utf8.contains(byte) || others.utf8.contains(byte):
            result.unicodeScalars.append(Unicode.Scalar(byte))
        default:
            let digits = String(byte, radix: 16, uppercase: true)
            result += byte < 16 ? "%0" + digits : "%" + digits
        }
    }
    return result
}
