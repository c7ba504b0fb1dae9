import CCompression

/// A content coding of HTTP that bodies may be sent in.
package enum ContentCoding: Hashable, Sendable, CaseIterable {
    /// RFC 1952; a body may have several members.
    case gzip
    /// RFC 8878; a body may have several frames, with windows of up to 8 MB (RFC 9659).
    case zstd

    /// The coding that `headerValue` names, in any case; nil for any other.
    ///
    /// `x-gzip` is gzip (RFC 9110, 8.4.1.3).
    package init?(headerValue: String) {
        switch headerValue.lowercased() {
        case "gzip", "x-gzip": self = .gzip
        case "zstd": self = .zstd
        default: return nil
        }
    }

    /// The value for `Content-Encoding`.
    package var headerValue: String {
        switch self {
        case .gzip: "gzip"
        case .zstd: "zstd"
        }
    }

    /// Expands a body to at most `limit` bytes; no more is ever allocated for the result.
    package func decode(_ bytes: [UInt8], limit: Int) throws(ContentCodingError) -> [UInt8] {
        var output: UnsafeMutableRawPointer?
        let count =
            switch self {
            case .gzip: el_gzip_expand(&output, limit, bytes, bytes.count)
            case .zstd: el_zstd_expand(&output, limit, bytes, bytes.count)
            }
        defer { el_release(output) }
        guard count != EL_TOO_LARGE else { throw .tooLarge(limit: limit) }
        guard count >= 0 else { throw .malformed }
        return [UInt8](UnsafeRawBufferPointer(start: output, count: count))
    }

    /// Compresses a body at the fastest level.
    package func encode(_ bytes: [UInt8]) -> [UInt8] {
        let capacity =
            switch self {
            case .gzip: el_gzip_bound(bytes.count)
            case .zstd: el_zstd_bound(bytes.count)
            }
        return [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
            let written =
                switch self {
                case .gzip: el_gzip_compress(output.baseAddress, capacity, bytes, bytes.count)
                case .zstd: el_zstd_compress(output.baseAddress, capacity, bytes, bytes.count)
                }
            precondition(written > 0, "out of memory while compressing \(bytes.count) bytes")
            count = written
        }
    }
}

/// The two ways in which a body cannot be expanded.
package enum ContentCodingError: Error, Hashable, Sendable {
    /// The expanded body would have more than `limit` bytes.
    case tooLarge(limit: Int)
    /// The body is not in the coding it claims, is cut short, or has bytes behind its end.
    case malformed
}

/// The versions of the linked libraries that compress.
package enum CodecLibraries {
    package static var zstd: String { String(cString: el_zstd_version()) }
    package static var zlib: String { String(cString: el_zlib_version()) }
}
