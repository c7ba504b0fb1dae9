import LedgerServer
import Testing

@Suite("Data folders")
struct DataFolderTests {
    @Test("The folder given, else the environment's, else the user's; what is empty is left out")
    func order() throws {
        let home = ["HOME": "/people/ada"]
        func folder(_ given: String?, in variables: [String: String]) throws -> String {
            try DataFolder.named(given) { variables[$0] }
        }
        let named = home.merging(["EVENTLEDGER_DATA": "/data"]) { $1 }
        #expect(try folder("./here", in: named) == "./here")
        #expect(try folder(nil, in: named) == "/data")
        #expect(try folder("", in: named) == "/data")
        let standard = "/people/ada/.local/share/eventledger"
        #expect(try folder("", in: home) == standard)
        #expect(try folder(nil, in: home.merging(["EVENTLEDGER_DATA": ""]) { $1 }) == standard)
        let xdg = home.merging(["XDG_DATA_HOME": "/xdg"]) { $1 }
        #expect(try folder(nil, in: xdg) == "/xdg/eventledger")
    }

    @Test("Without a home there is no default", arguments: [nil, "", "relative"])
    func homeless(_ home: String?) {
        #expect {
            try DataFolder.named("") { $0 == "HOME" ? home : nil }
        } throws: { error in
            "\(error)".contains("HOME") && "\(error)".contains("--data")
        }
    }
}
