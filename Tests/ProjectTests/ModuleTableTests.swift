import Testing

@Suite("Module table")
struct ModuleTableTests {
    @Test("A module imports only what the table allows", arguments: ModuleRule.all)
    func importsAreAllowed(_ module: ModuleRule) throws {
        for file in try Project.swiftFiles(below: module.folder) {
            for imported in ImportedModule.all(in: try Project.text(file)) {
                let allowed = module.mayImport.contains(imported.name)
                #expect(
                    allowed,
                    "\(file):\(imported.line): \(module.name) may not import \(imported.name)"
                )
            }
        }
    }

    @Test("Nothing allows Foundation")
    func noFoundation() {
        for module in ModuleRule.all {
            let found = module.mayImport.filter { $0.hasPrefix("Foundation") }
            #expect(found.isEmpty, "\(module.name) may import \(found.sorted())")
        }
    }

    @Test("Every folder with Swift files belongs to a module of the table")
    func everyFolderHasARule() throws {
        let known = Set(ModuleRule.all.map(\.folder))
        for parent in ["Shared", "Lambdas"] {
            for folder in try Project.folders(in: parent) {
                let path = "\(parent)/\(folder)"
                guard try !Project.swiftFiles(below: path).isEmpty else { continue }
                #expect(known.contains(path), "\(path) is missing in ModuleTable.swift")
            }
        }
    }

    @Test("The reader of imports finds every form")
    func importForms() {
        let source = """
            import A
            package import B
            @testable import C
            @preconcurrency package import D
            import struct E.Thing
            #if canImport(F)
                import F.Part
            #endif
            import G; import H
            // import Comment
            let important = 1
            """
        let found = ImportedModule.all(in: source)
        #expect(found.map(\.name) == ["A", "B", "C", "D", "E", "F", "G", "H"])
        #expect(found.map(\.line) == [1, 2, 3, 4, 5, 7, 9, 9])
    }
}

extension ModuleRule: CustomTestStringConvertible {
    var testDescription: String { name }
}
