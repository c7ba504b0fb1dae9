extension String {
    /// The beginning of a client's text, for an error: at most `bytes` bytes, cut between scalars.
    ///
    /// The limit is in bytes because one character may be megabytes of combining marks.
    func excerpt(_ bytes: Int = 80) -> String {
        guard utf8.count > bytes else { return self }
        var end = utf8.index(startIndex, offsetBy: bytes)
        while UTF8.isContinuation(utf8[end]) { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
