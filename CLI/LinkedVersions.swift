import CurlHTTP
import LedgerBytes
import LedgerCore
import SQLiteTable

/// A name, and the version of what has it.
struct LinkedVersion: Hashable {
    let name: String
    let version: String
}

/// The parts of this executable that others make.
enum LinkedVersions {
    /// Libraries of the system, as they are loaded at this moment: their updates reach us.
    static var libraries: [LinkedVersion] {
        [
            LinkedVersion(name: "sqlite", version: SQLiteLibrary.version),
            LinkedVersion(name: "libcurl", version: CurlLibrary.version),
            LinkedVersion(name: "libcurl-tls", version: CurlLibrary.tls),
            LinkedVersion(name: "openssl", version: CryptoLibrary.version),
            LinkedVersion(name: "zstd", version: CodecLibraries.zstd),
            LinkedVersion(name: "zlib", version: CodecLibraries.zlib),
        ]
    }

    /// Swift packages that are compiled in, as Package.swift pins them.
    static let packages = [
        LinkedVersion(name: "swift-argument-parser", version: "1.8.2"),
        LinkedVersion(name: "swift-log", version: "1.16.2"),
        LinkedVersion(name: "swift-metrics", version: "2.13.0"),
        LinkedVersion(name: "swift-nio", version: "2.101.2"),
    ]

    /// The compiler that made this.
    static var swift: String {
        #if compiler(>=6.4)
        "6.4 or newer"
        #elseif compiler(>=6.3)
        "6.3"
        #else
        "6.2"
        #endif
    }
}
