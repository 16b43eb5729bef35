/// Walbrook's own version, for those who ask the program and for formats that name what wrote them.
package enum Version {
    package static let current = "0.1.0"
}
