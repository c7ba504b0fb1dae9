// swift-tools-version: 6.2
import PackageDescription

/// The same rules as in the package that is measured.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "benchmarks",
    dependencies: [
        .package(name: "eventledger", path: "..")
    ],
    targets: [
        .executableTarget(
            name: "JSONBenchmark",
            dependencies: [.product(name: "RawJSON", package: "eventledger")],
            path: "JSONBenchmark",
            swiftSettings: settings
        )
    ]
)
