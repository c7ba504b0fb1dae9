import Testing

@testable import eventledger

@Suite("The end of a command")
struct CommandEndTests {
    @Test("Exit status 0 is success, everything else is a reason")
    func reasons() {
        #expect(CommandEnd.exited(0, said: "warning").reason == nil)
        #expect(CommandEnd.exited(3, said: nil).reason == "exit status 3")
        #expect(CommandEnd.exited(3, said: "no disk").reason == "exit status 3: no disk")
        #expect(CommandEnd.killed(9, said: "x").reason == "killed by signal 9: x")
        #expect(CommandEnd.notStarted("none").reason == "none")
    }

    @Test("A reason has at most 512 bytes, cut between two characters")
    func cut() throws {
        let long = try #require(
            CommandEnd.exited(1, said: String(repeating: "\u{e9}", count: 400)).reason
        )
        #expect(long.utf8.count == 511 && long.hasSuffix("\u{e9}"))
        let fits = "exit status 1: " + String(repeating: "x", count: 497)
        #expect(CommandEnd.exited(1, said: String(fits.dropFirst(15))).reason == fits)
    }

    @Test("The last line is the last that is not blank, also without its end")
    func lastLine() {
        func last(_ pieces: String...) -> String? {
            var lines = LastLine()
            for piece in pieces { _ = lines.take(Array(piece.utf8)) }
            return lines.text
        }
        #expect(last("") == nil && last("\n \r\n") == nil)
        #expect(last("one\ntwo\n") == "two" && last("one\ntwo") == "two")
        #expect(last("one\r\n\n  \n") == "one" && last("o", "n", "e \n") == "one")
    }

    @Test("Lines are passed on whole, and the rest at the end, none lost and none twice")
    func passedOn() {
        var lines = LastLine()
        var passed: [String] = []
        for piece in ["one\ntw", "o\nthree\nfo", "ur"] {
            passed.append(String(decoding: lines.take(Array(piece.utf8)), as: UTF8.self))
        }
        passed.append(String(decoding: lines.end(), as: UTF8.self))
        #expect(passed == ["one\n", "two\nthree\n", "", "four\n"])
        #expect(lines.end().isEmpty)
    }

    @Test("A line without an end is passed on in parts, and its beginning is kept")
    func endless() {
        var lines = LastLine()
        let part = [UInt8](repeating: UInt8(ascii: "x"), count: 40_000)
        #expect(lines.take(part).isEmpty)
        #expect(lines.take(part).count == 80_000)
        #expect(lines.text == String(repeating: "x", count: 512))
    }
}
