// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is compiled in Swift 6 mode with these; a warning is an error.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// Rules that a simulation can break on purpose exist in its builds only: see docs/testing.md.
let simulation: [SwiftSetting] =
    Context.environment["EVENTLEDGER_SIMULATION"] == nil ? [] : [.define("SIMULATION")]

let cSettings: [CSetting] = [.treatAllWarnings(as: .error)]

let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
]

/// The folder of a static libcurl, while the functions' packages are built; nil otherwise.
let staticCurl = Context.environment["EVENTLEDGER_STATIC_CURL"]

/// A function: one fully static executable, wiring only.
func lambda(_ name: String, sendsWebhooks: Bool = false) -> Target {
    let libraries = (staticCurl ?? "") + "/lib"
    return .executableTarget(
        name: name,
        dependencies: ["LambdaHost", "LedgerService", "DynamoDBTable", "AWSClient"]
            + (sendsWebhooks ? ["WebhookHTTP"] : []),
        path: "Lambdas/\(name)",
        swiftSettings: settings,
        linkerSettings: staticCurl == nil
            ? []
            : [
                .unsafeFlags(["-static-executable", "-use-ld=lld", "-L", libraries]),
                .unsafeFlags(["-Xlinker", "-s", "-Xlinker", "--gc-sections"]),
                .unsafeFlags(["-Xlinker", "--icf=safe", "-Xlinker", "-O2"]),
                // A static executable registers its unwind tables at start; the index is never read.
                .unsafeFlags(["-Xlinker", "--no-eh-frame-hdr"]),
                .linkedLibrary("ssl"), .linkedLibrary("crypto"),
            ]
    )
}

/// A function is read at each cold start and waits for a table in each call, so there size comes first.
let forFunctions: [SwiftSetting] = staticCurl == nil ? [] : [.unsafeFlags(["-Osize"])]

func module(_ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil) -> Target
{
    .target(
        name: name,
        dependencies: dependencies,
        path: path ?? "Shared/\(name)",
        swiftSettings: settings + simulation + forFunctions
    )
}

func tests(_ name: String, _ dependencies: [Target.Dependency], data: [String] = []) -> Target {
    .testTarget(
        name: name,
        dependencies: dependencies,
        path: "Tests/\(name)",
        exclude: data,
        swiftSettings: settings
    )
}

/// The fuzzer itself is linked with libFuzzer, so it exists only in builds made for it: scripts/fuzz.sh.
let fuzzer: [Target] =
    Context.environment["EVENTLEDGER_FUZZING"] == nil
    ? []
    : [
        .executableTarget(
            name: "eventledger-fuzz",
            dependencies: ["LedgerFuzz"],
            path: "Fuzz/Command",
            swiftSettings: settings,
            // libFuzzer brings a main program; ours, which calls it, comes first.
            linkerSettings: [
                .unsafeFlags(["-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "muldefs"])
            ]
        )
    ]

/// The tests of a deployed ledger: a target only where `EVENTLEDGER_INTEGRATION` is set.
///
/// So plain `swift test` needs no cloud, and no test passes there without having run.
/// `./justw integration-test` sets it.
let integrationTests: [Target] =
    Context.environment["EVENTLEDGER_INTEGRATION"] == nil
    ? []
    : [
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "APISuite", "AWSClient", "CurlHTTP", "DynamoDBTable", "LedgerClient", "LedgerCore",
                "LedgerTesting",
            ],
            path: "IntegrationTests",
            swiftSettings: settings
        )
    ]

let package = Package(
    name: "eventledger",
    products: [
        .executable(name: "eventledger", targets: ["eventledger"]),
        .library(name: "LedgerClient", targets: ["LedgerClient"]),
        .library(name: "LedgerCore", targets: ["LedgerCore", "LedgerBytes"]),
        .library(name: "RawJSON", targets: ["RawJSON"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    ],
    targets: [
        // C libraries, each behind a thin header of our own.
        .target(
            name: "CCrypto",
            path: "Shared/CCrypto",
            cSettings: cSettings,
            linkerSettings: [.linkedLibrary("crypto")]
        ),
        .target(
            name: "CCompression",
            path: "Shared/CCompression",
            cSettings: cSettings,
            linkerSettings: [.linkedLibrary("zstd"), .linkedLibrary("z")]
        ),
        .target(name: "CAllocator", path: "Shared/CAllocator", cSettings: cSettings),
        .target(name: "CChecksum", path: "Shared/CChecksum", cSettings: cSettings),
        .target(
            name: "CCurl",
            path: "Shared/CCurl",
            cSettings: cSettings,
            linkerSettings: [.linkedLibrary("curl"), .linkedLibrary("crypto")]
        ),
        .target(
            name: "CTLS",
            path: "Shared/CTLS",
            cSettings: cSettings,
            linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]
        ),
        .systemLibrary(
            name: "CSQLite",
            path: "Shared/CSQLite",
            pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"])]
        ),

        // The ledger.
        module("RawJSON"),
        module("LedgerBytes", ["CCrypto"]),
        module("Platform"),
        module("LedgerCore", ["LedgerBytes", "RawJSON", "CCompression", "CChecksum"]),
        .target(
            name: "LedgerSchemas",
            path: "schemas",
            exclude: ["json", "openapi.base.json", "openapi.json"],
            swiftSettings: settings
        ),
        module("LineLog", ["LedgerBytes", "Platform", log]),
        module("MachineClock", ["LedgerCore", "Platform"]),
        module(
            "LedgerService",
            [
                "LedgerBytes", "LedgerCore", "LedgerSchemas", "MachineClock", "RawJSON", log,
                metrics,
            ]
        ),
        module(
            "SQLiteTable",
            ["LedgerBytes", "LedgerCore", "MachineClock", "Platform", "CChecksum", "CSQLite"]
        ),
        module("LedgerVerification", ["LedgerBytes", "LedgerCore"]),
        module("CurlHTTP", ["CCurl"]),
        module("WebhookHTTP", ["CurlHTTP", "LedgerCore"]),
        module("AWSClient", ["CurlHTTP", "LedgerBytes", "Platform", "RawJSON"]),
        module("DynamoDBJSON", ["LedgerBytes", "LedgerCore", "RawJSON"]),
        module(
            "DynamoDBTable",
            ["LedgerCore", "AWSClient", "DynamoDBJSON", "MachineClock", "RawJSON", metrics]
        ),
        module("LedgerClient", ["LedgerBytes", "LedgerCore", "CurlHTTP", "RawJSON"]),
        .target(name: "CResolver", path: "Shared/CResolver", cSettings: cSettings),
        module(
            "LambdaHost",
            [
                "LedgerService", "LedgerCore", "LedgerBytes", "CurlHTTP", "DynamoDBJSON",
                "CResolver", "LineLog", "Platform", "RawJSON", log, metrics,
            ]
        ),
        module(
            "LedgerTesting",
            ["LedgerBytes", "LedgerCore", "LedgerService", "MachineClock", "RawJSON", log]
        ),
        module(
            "LedgerServer",
            [
                "LedgerService", "LedgerCore", "LedgerBytes", "SQLiteTable", "DynamoDBTable",
                "AWSClient", "WebhookHTTP", "LineLog", "Platform", "RawJSON", "CAllocator", "CTLS",
                log, metrics,
            ] + nio,
            path: "Server"
        ),
        .executableTarget(
            name: "eventledger",
            dependencies: [
                "LedgerClient", "LedgerServer", "LedgerService", "LedgerCore", "LedgerVerification",
                "LedgerBytes", "SQLiteTable", "CurlHTTP", "LineLog", "Platform", "RawJSON", log,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "CLI",
            swiftSettings: settings + simulation
        ),

        // The checks of the API that every ledger must pass, for test targets to run.
        .target(
            name: "APISuite",
            dependencies: [
                "LedgerClient", "LedgerCore", "LedgerSchemas", "LedgerTesting", "CurlHTTP",
            ],
            path: "Tests/APISuite",
            swiftSettings: settings
        ),

        lambda("admin", sendsWebhooks: true),
        lambda("publish"),
        lambda("poll"),
        lambda("compactor"),
        lambda("push", sendsWebhooks: true),
        module(
            "LedgerSimulation",
            ["LedgerService", "LedgerCore", "LedgerBytes", "LedgerTesting"],
            path: "Simulation/Library"
        ),
        .executableTarget(
            name: "eventledger-sim",
            dependencies: [
                "LedgerSimulation", "LedgerCore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Simulation/Command",
            swiftSettings: settings + simulation
        ),

        .target(
            name: "LedgerFuzz",
            dependencies: [
                "DynamoDBJSON", "DynamoDBTable", "LambdaHost", "LedgerBytes", "LedgerCore",
                "LedgerServer", "LedgerService", "LedgerTesting", "RawJSON", "TLSPeer",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            path: "Fuzz/Targets",
            swiftSettings: settings
        ),

        // What tests talk to on loopback: a local AWS, and servers of canned answers.
        .target(
            name: "Loopback",
            dependencies: ["AWSClient", "CurlHTTP", "DynamoDBTable"],
            path: "Tests/Loopback",
            swiftSettings: settings
        ),

        // Three servers on one table, harmed.
        .executableTarget(
            name: "eventledger-jepsen",
            dependencies: [
                "CurlHTTP", "LedgerCore", "LedgerTesting", "Loopback",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Jepsen",
            swiftSettings: settings
        ),

        tests("RawJSONTests", ["RawJSON"]),
        tests("LedgerBytesTests", ["LedgerBytes", "LedgerTesting"]),
        tests("PlatformTests", ["Platform", "LedgerTesting"]),
        tests(
            "LedgerCoreTests",
            ["LedgerBytes", "LedgerCore", "LedgerService", "LedgerTesting", "RawJSON"]
        ),
        tests(
            "LedgerServiceTests",
            [
                "APISuite", "LedgerClient", "LedgerService", "LedgerCore", "LedgerTesting",
                "RawJSON", "SQLiteTable", "CSQLite",
            ]
        ),
        tests("SQLiteTableTests", ["SQLiteTable", "LedgerCore", "LedgerTesting", "CSQLite"]),
        // A server whose clock its owner moves: scripts/soak.py.
        .executableTarget(
            name: "soak-server",
            dependencies: ["LedgerServer", "LedgerService", "LedgerCore", log],
            path: "Tests/SoakServer",
            swiftSettings: settings
        ),
        // A disk in memory that fails when told to.
        .target(
            name: "FaultVFS",
            dependencies: ["CSQLite"],
            path: "Tests/FaultVFS",
            cSettings: cSettings
        ),
        tests(
            "StorageFaultTests",
            [
                "APISuite", "FaultVFS", "SQLiteTable", "CSQLite", "LedgerCore", "LedgerService",
                "LedgerTesting",
            ]
        ),
        tests("CurlHTTPTests", ["CurlHTTP", "CCurl", "Loopback"]),
        tests("AWSClientTests", ["AWSClient", "CurlHTTP", "DynamoDBJSON", "Loopback"]),
        tests(
            "DynamoDBTableTests",
            [
                "DynamoDBTable", "DynamoDBJSON", "LedgerCore", "LedgerService", "LedgerTesting",
                "Loopback", "RawJSON",
            ]
        ),
        // A TLS client in memory.
        .target(
            name: "TLSPeer",
            path: "Tests/TLSPeer",
            cSettings: cSettings,
            linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]
        ),
        tests(
            "ServerTests",
            [
                "APISuite", "LedgerServer", "LedgerService", "LedgerCore", "LedgerTesting",
                "LedgerClient", "SQLiteTable", "CurlHTTP", "LineLog", "RawJSON", "Loopback",
                "TLSPeer", log, metrics,
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ] + nio
        ),
        tests(
            "LambdaHostTests",
            [
                "LambdaHost", "LedgerService", "LedgerCore", "LedgerTesting", "CurlHTTP", "RawJSON",
                "LineLog", "Loopback", log, metrics,
            ]
        ),
        tests("APISuiteTests", ["APISuite", "LedgerClient", "LedgerSchemas", "LedgerTesting"]),
        tests("LedgerClientTests", ["LedgerClient", "LedgerTesting", "Loopback"]),
        tests("SimulationTests", ["LedgerSimulation", "LedgerTesting"]),
        tests("FuzzTests", ["LedgerFuzz"]),
        tests(
            "CLITests",
            [
                "eventledger", "LedgerClient", "LedgerCore", "LedgerTesting", "Loopback", "RawJSON",
                "CSQLite", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),
        tests(
            "LedgerVerificationTests",
            [
                "LedgerVerification", "LedgerService", "LedgerCore", "LedgerTesting", "SQLiteTable",
                "CSQLite",
            ]
        ),
        tests(
            "CompatibilityTests",
            [
                "DynamoDBJSON", "LedgerCore", "LedgerService", "LedgerTesting", "RawJSON",
                "SQLiteTable",
            ],
            data: ["Release-0.1.0"]
        ),
        tests(
            "ProjectTests",
            ["LedgerCore", "LedgerSchemas", "LedgerService", "LedgerTesting", "RawJSON"]
        ),
    ] + fuzzer + integrationTests
)

// The thread sanitizer needs locks that it knows: see Tests/SanitizedSynchronization.
if Context.environment["EVENTLEDGER_TSAN"] != nil {
    let name = "SanitizedSynchronization"
    for target in package.targets where target.type != .system {
        guard target.swiftSettings != nil else { continue }
        target.dependencies.append(.init(stringLiteral: name))
        target.swiftSettings?.append(
            .unsafeFlags(["-module-alias", "Synchronization=\(name)"])
        )
    }
    package.targets.append(
        .target(name: name, path: "Tests/\(name)", swiftSettings: settings)
    )
}
