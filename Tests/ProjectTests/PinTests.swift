import Testing

/// Builds and checks take the versions that are written down, and no others.
@Suite("Pinned versions")
struct PinTests {
    @Test("Every Swift package has one version, and `eventledger version` says which")
    func packages() throws {
        let manifest = try Project.text("Package.swift")
        let all = manifest.matches(of: /\.package\(url/)
        let pinned = manifest.matches(of: /\.package\(url: "[^"]*\/([\w-]+)", exact: "([^"]+)"\)/)
        #expect(!all.isEmpty && pinned.count == all.count)
        let said = try Project.text("CLI/LinkedVersions.swift")
            .matches(of: /name: "(swift-[\w-]+)", version: "([^"]+)"/)
        #expect(pinned.map { "\($0.1) \($0.2)" } == said.map { "\($0.1) \($0.2)" })
    }

    @Test("The checks' Python packages are named with version and hash")
    func python() throws {
        for name in ["requirements", "requirements-checkov", "requirements-just"] {
            let wanted = try Project.text("scripts/\(name).in").split(separator: "\n")
                .filter { !$0.hasPrefix("#") }
            let text = try Project.text("scripts/\(name).txt")
            for line in wanted {
                // An extra is resolved into what it brings.
                let pin = line.replacing(/\[\w+\]/, with: "")
                #expect(line.contains("=="), "\(name).in: \(line)")
                #expect(text.contains("\n\(pin) ") || text.contains("\n\(line) "), "\(line)")
            }
            // A package's line goes on with its hashes.
            let packages = text.split(separator: "\n").filter { $0.contains(/^\w/) }
            #expect(!packages.isEmpty)
            for line in packages {
                #expect(line.contains("==") && line.hasSuffix("\\"), "\(name).txt: \(line)")
            }
            #expect(text.matches(of: /--hash=sha256:[0-9a-f]{64}/).count >= packages.count)
        }
        #expect(try Project.text("scripts/tools.sh").contains("--require-hashes"))
        #expect(try Project.text("justw").contains("--require-hashes"))
    }

    @Test("Every folder of the deployment takes the same version of the provider")
    func provider() throws {
        var versions: Set<String> = []
        for folder in try ["modules", "environments"].flatMap({ kind in
            try Project.folders(in: "tofu/\(kind)").map { "\(kind)/\($0)" }
        }) + ["bootstrap"] {
            let text = try Project.text("tofu/\(folder)/versions.tf")
            let match = try #require(
                text.firstMatch(of: /source  = "hashicorp\/aws"\n\s*version = "([^"]*)"/)
            )
            versions.insert(String(match.1))
        }
        #expect(versions.count == 1 && versions.allSatisfy { $0.contains(/^= \d+\.\d+\.\d+$/) })
    }

    @Test("The image that builds the functions elsewhere is one release of Swift")
    func image() throws {
        let script = try Project.text("scripts/build-lambda.sh")
        #expect(script.contains(/EVENTLEDGER_BUILD_IMAGE:-swift:\d+\.\d+\.\d+-bookworm/))
    }
}
