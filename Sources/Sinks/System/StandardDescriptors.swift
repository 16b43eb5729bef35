/// Standard input, output and error, any of which may be closed when the program starts.
package enum StandardDescriptors {
    /// Puts the null device in place of those that are closed, or the next file or socket that is opened would get the
    /// number, and what is meant for the one would be written to the other. To be called before anything is opened.
    ///
    /// - Returns: whether standard output was open.
    package static func secure() -> Bool {
        let wasOpen = Descriptor(number: 1).isOpen
        for number in Int32(0)...2 where !Descriptor(number: number).isOpen {
            // All below are open by now, so this is the lowest number.
            Descriptor.openNullDevice()
        }
        return wasOpen
    }
}
