/// A module and what it may import besides the standard library.
///
/// The same table as in the design and in Package.swift. A new import is a decision: it belongs
/// here first.
struct ModuleRule: Sendable {
    var name: String
    /// Its folder, from the package's root.
    var folder: String
    var mayImport: Set<String>

    /// The C library: only for modules that do I/O.
    private static let libc: Set<String> = ["Glibc"]
    /// Wiring only.
    private static let functionMayImport: Set<String> = [
        "AWSClient", "DynamoDBTable", "LambdaHost", "LedgerService",
    ]
    /// Those that send requests to addresses that users choose.
    private static let webhooks: Set<String> = ["WebhookHTTP"]
    /// Part of the toolchain and free of I/O: locks and atomics.
    private static let everywhere: Set<String> = ["Synchronization"]

    private init(_ name: String, folder: String? = nil, _ mayImport: Set<String>...) {
        self.name = name
        self.folder = folder ?? "Shared/\(name)"
        self.mayImport = mayImport.reduce(Self.everywhere) { $0.union($1) }
    }

    /// Every module of the product, also those that are still to come.
    static let all: [ModuleRule] = [
        // No I/O, no clock, no threads.
        ModuleRule("RawJSON"),
        ModuleRule("LedgerBytes", ["CCrypto"]),
        ModuleRule("LedgerCore", ["LedgerBytes", "RawJSON", "CCompression", "CChecksum"]),
        ModuleRule("LedgerSchemas", folder: "schemas"),
        // Checks what is stored, and what a restored ledger needs.
        ModuleRule("LedgerVerification", ["LedgerBytes", "LedgerCore"]),
        // The machine's clocks, for whoever decides about rows and for the engines that judge the
        // age of a decision.
        ModuleRule("MachineClock", ["LedgerCore", "Platform"], libc),
        // The use cases: no I/O of their own either, it all goes through a table.
        ModuleRule(
            "LedgerService",
            ["LedgerBytes", "LedgerCore", "LedgerSchemas", "MachineClock", "RawJSON"],
            ["Logging", "CoreMetrics"]
        ),
        // The log of everything that runs: lines on standard error.
        ModuleRule("LineLog", ["LedgerBytes", "Platform", "Logging"], libc),
        // I/O.
        ModuleRule("Platform", libc),
        ModuleRule(
            "SQLiteTable",
            [
                "LedgerBytes", "LedgerCore", "MachineClock", "Platform", "CChecksum", "CSQLite",
                "Dispatch",
            ],
            libc
        ),
        ModuleRule("CurlHTTP", ["CCurl", "Dispatch"], libc),
        ModuleRule("WebhookHTTP", ["CurlHTTP", "LedgerCore"]),
        ModuleRule("AWSClient", ["CurlHTTP", "LedgerBytes", "Platform", "RawJSON"]),
        ModuleRule("DynamoDBJSON", ["LedgerBytes", "LedgerCore", "RawJSON"]),
        ModuleRule(
            "DynamoDBTable",
            ["LedgerCore", "AWSClient", "DynamoDBJSON", "MachineClock", "RawJSON", "CoreMetrics"]
        ),
        ModuleRule(
            "LambdaHost",
            ["LedgerService", "LedgerCore", "CurlHTTP", "DynamoDBJSON", "CResolver", "RawJSON"],
            ["LedgerBytes", "LineLog", "Platform", "Logging", "CoreMetrics", "Dispatch"],
            libc
        ),
        ModuleRule("LedgerClient", ["LedgerBytes", "LedgerCore", "CurlHTTP", "RawJSON"]),
        ModuleRule(
            "LedgerTesting",
            ["LedgerBytes", "LedgerCore", "LedgerService", "MachineClock", "RawJSON"],
            ["Logging"],
            libc
        ),
        ModuleRule(
            "LedgerSimulation",
            folder: "Simulation/Library",
            ["LedgerService", "LedgerCore", "LedgerBytes", "LedgerTesting"]
        ),
        // What runs.
        ModuleRule(
            "LedgerServer",
            folder: "Server",
            [
                "LedgerService", "LedgerCore", "SQLiteTable", "DynamoDBTable", "AWSClient",
                "RawJSON", "CAllocator", "CTLS", "LedgerBytes", "LineLog", "Platform",
                "WebhookHTTP",
            ],
            ["Logging", "CoreMetrics", "NIOCore", "NIOPosix", "NIOHTTP1"],
            ["Dispatch"],
            libc
        ),
        ModuleRule(
            "eventledger",
            folder: "CLI",
            [
                "LedgerClient", "LedgerServer", "LedgerService", "LedgerCore", "LedgerVerification",
                "LedgerBytes", "SQLiteTable", "CurlHTTP", "LineLog", "Platform", "RawJSON",
                "Logging",
            ],
            ["ArgumentParser", "Dispatch"],
            libc
        ),
        ModuleRule(
            "eventledger-sim",
            folder: "Simulation/Command",
            ["LedgerSimulation", "LedgerCore", "ArgumentParser"],
            libc
        ),
        ModuleRule("admin", folder: "Lambdas/admin", functionMayImport, webhooks),
        ModuleRule("publish", folder: "Lambdas/publish", functionMayImport),
        ModuleRule("poll", folder: "Lambdas/poll", functionMayImport),
        ModuleRule("compactor", folder: "Lambdas/compactor", functionMayImport),
        ModuleRule("push", folder: "Lambdas/push", functionMayImport, webhooks),
    ]
}

/// An `import` in a Swift file.
struct ImportedModule: Hashable, Sendable {
    var name: String
    /// Counted from 1.
    var line: Int

    /// The imports of a source text, with any access level, attributes and conditions.
    ///
    /// Reads lines, not syntax: an import that starts a line inside a comment or a string counts
    /// too, which errs on the safe side.
    static func all(in source: String) -> [ImportedModule] {
        source.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .flatMap { index, line in
                line.split(separator: ";").compactMap { statement in
                    name(in: statement).map { ImportedModule(name: $0, line: index + 1) }
                }
            }
    }

    /// Words that may stand before `import`, besides attributes.
    private static let accessLevels: Set<Substring> = [
        "public", "package", "internal", "fileprivate", "private",
    ]
    /// Words that may stand after it, before the name.
    private static let kinds: Set<Substring> = [
        "struct", "class", "enum", "protocol", "typealias", "func", "var", "let", "actor",
    ]

    private static func name(in statement: Substring) -> String? {
        var words = statement.split { $0 == " " || $0 == "\t" || $0 == "\r" }[...]
        while let word = words.first, word.hasPrefix("@") || accessLevels.contains(word) {
            words.removeFirst()
        }
        guard words.popFirst() == "import" else { return nil }
        if let word = words.first, kinds.contains(word) { words.removeFirst() }
        return words.first?.split(separator: ".").first.map(String.init)
    }
}
