import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("Sharing pages among equal readers")
struct PageSharingTests {
    private typealias ReaderID = PageSharing.ReaderID

    private static func question(limit: Int = 100) -> PageQuestion {
        .read(PlanRows.name, partition: nil, filter: nil, limit: limit)
    }

    /// A page that ends at `cursor`; its text says which one it is.
    private static func page(_ text: String = "page", to cursor: String) -> StreamedPage {
        StreamedPage(text: Array(text.utf8), cursor: cursor, isEmpty: false)
    }

    private func ask(
        _ sharing: inout PageSharing,
        _ reader: ReaderID,
        behind cursor: String = "0",
        isOpening: Bool = false,
        at now: Int64 = 0
    ) -> PageSharing.Action {
        sharing.ask(reader, behind: cursor, isOpening: isOpening, now: .at(now))
    }

    /// The read that an asker has to do; fails the test where it is another action.
    private func read(
        _ action: PageSharing.Action,
        at place: SourceLocation = #_sourceLocation
    ) throws -> PageSharing.ReadID {
        guard case .read(let read) = action else {
            throw TestFailure("\(action) at \(place.line)")
        }
        return read
    }

    @Test("The first to ask reads, equal readers wait, and all get the page")
    func together() throws {
        var sharing = PageSharing()
        let readers = (0..<10).map { _ in sharing.join(Self.question()) }
        let read = try read(ask(&sharing, readers[0]))
        for reader in readers.dropFirst() { #expect(ask(&sharing, reader) == .wait) }
        let page = Self.page(to: "1")
        #expect(sharing.finish(read, with: page, now: .at(0)) == Set(readers))
        // Nobody was elsewhere, so nobody can come for it.
        #expect(sharing.keptBytes == 0)
        _ = try self.read(ask(&sharing, readers[3], behind: "1"))
        #expect(ask(&sharing, readers[0], behind: "1") == .wait)
    }

    @Test("Who asks for something else, elsewhere or at a stream's beginning reads by itself")
    func apart() throws {
        let stream = PlanRows.name
        let filter = EventFilter(types: nil, keys: [TextPattern(exactly: [1])])
        let questions: [PageQuestion] = [
            Self.question(), Self.question(limit: 99),
            .read(stream, partition: 0, filter: nil, limit: 100),
            .read(stream, partition: nil, filter: filter, limit: 100),
            .read(StreamID(trusted: "t"), partition: nil, filter: nil, limit: 100),
            .poll(SubscriptionID(trusted: "u"), of: stream, limit: 100),
            .poll(SubscriptionID(trusted: "v"), of: stream, limit: 100),
        ]
        var sharing = PageSharing()
        var reads: Set<PageSharing.ReadID> = []
        for question in questions {
            for (cursor, isOpening) in [("0", false), ("1", false), ("0", true)] {
                let reader = sharing.join(question)
                reads.insert(try read(ask(&sharing, reader, behind: cursor, isOpening: isOpening)))
            }
        }
        #expect(reads.count == 3 * questions.count)
        let late = sharing.join(Self.question())
        #expect(ask(&sharing, late, isOpening: true) == .wait)
    }

    @Test("A page is kept for those that were elsewhere, until each of them had it")
    func kept() throws {
        var sharing = PageSharing()
        let readers = (0..<4).map { _ in sharing.join(Self.question()) }
        let other = sharing.join(Self.question(limit: 1))
        let read = try read(ask(&sharing, readers[0]))
        #expect(ask(&sharing, readers[1]) == .wait)
        let page = Self.page(to: "1")
        #expect(sharing.finish(read, with: page, now: .at(0)) == [readers[0], readers[1]])
        #expect(sharing.keptBytes > page.text.count)
        // One whose stream begins is told of errors, and so takes nothing old.
        let opening = try self.read(ask(&sharing, readers[2], isOpening: true))
        #expect(sharing.finish(opening, with: page, now: .at(0)) == [readers[2]])
        for reader in readers[2...] { #expect(ask(&sharing, reader) == .take(page)) }
        #expect(sharing.keptBytes == 0)
        _ = try self.read(ask(&sharing, other))
    }

    @Test("What got nowhere, and what a beginning stream read, is not kept")
    func unkept() throws {
        var sharing = PageSharing()
        let readers = (0..<3).map { _ in sharing.join(Self.question()) }
        let idle = try read(ask(&sharing, readers[0]))
        _ = sharing.finish(idle, with: Self.page(to: "0"), now: .at(0))
        #expect(sharing.keptBytes == 0)
        let opening = try read(ask(&sharing, readers[0], isOpening: true))
        _ = sharing.finish(opening, with: Self.page(to: "1"), now: .at(0))
        #expect(sharing.keptBytes == 0)
        _ = try read(ask(&sharing, readers[1]))
    }

    @Test("Age, size, a failure and the last reader's end remove what is kept")
    func forgotten() throws {
        let age = Limits.keptPageAge.wholeMilliseconds
        let large = String(repeating: "x", count: Limits.keptPageBytes / 4)
        var sharing = PageSharing()
        let readers = (0..<2).map { _ in sharing.join(Self.question()) }
        /// The first reader goes on while the second lags behind.
        func goOn(from cursor: Int, at now: Int64, text: String = "page") throws {
            let read = try read(ask(&sharing, readers[0], behind: "\(cursor)", at: now))
            let page = Self.page(text, to: "\(cursor + 1)")
            _ = sharing.finish(read, with: page, now: .at(now))
        }
        func isKept(_ cursor: Int, at now: Int64) -> Bool {
            var copy = sharing
            if case .take = ask(&copy, readers[1], behind: "\(cursor)", at: now) { return true }
            return false
        }
        try goOn(from: 0, at: 0)
        try goOn(from: 1, at: 1)
        #expect(isKept(0, at: age - 1) && !isKept(0, at: age))
        #expect(isKept(1, at: age) && !isKept(1, at: age + 1))
        for cursor in 2..<6 { try goOn(from: cursor, at: 2, text: large) }
        #expect(!isKept(2, at: 2) && isKept(3, at: 2) && isKept(5, at: 2))
        #expect(sharing.keptBytes <= Limits.keptPageBytes)
        let failing = try read(ask(&sharing, readers[0], behind: "6", at: 3))
        #expect(sharing.finish(failing, with: nil, now: .at(3)) == [readers[0]])
        #expect(!isKept(5, at: 3) && sharing.keptBytes == 0)
        try goOn(from: 6, at: 3)
        #expect(sharing.keptBytes > 0)
        for reader in readers { sharing.leave(reader) }
        #expect(sharing.keptBytes == 0)
    }

    @Test("The last one to wait no more breaks the read off, and its outcome is nobody's")
    func stops() throws {
        var sharing = PageSharing()
        let readers = (0..<3).map { _ in sharing.join(Self.question()) }
        let first = try read(ask(&sharing, readers[0]))
        #expect(ask(&sharing, readers[1]) == .wait)
        // The one that began the read is not needed for it.
        #expect(sharing.stop(readers[0]) == nil)
        #expect(sharing.stop(readers[0]) == nil)
        sharing.leave(readers[0])
        #expect(sharing.stop(readers[1]) == first)
        let second = try read(ask(&sharing, readers[2]))
        #expect(sharing.finish(first, with: Self.page(to: "1"), now: .at(0)).isEmpty)
        #expect(sharing.keptBytes == 0)
        #expect(ask(&sharing, readers[1]) == .wait)
        let got = sharing.finish(second, with: Self.page(to: "1"), now: .at(0))
        #expect(got == [readers[1], readers[2]])
    }

    // MARK: Against readers that each read by themselves

    /// Readers of a log of numbers; some of them ask for the odd ones only.
    private struct Crowd {
        private struct Member {
            let reader: ReaderID
            let isOdd: Bool
            var place: Int
            var isNew = true
            /// The read that it waits for.
            var read: PageSharing.ReadID?
        }

        private struct Read {
            let id: PageSharing.ReadID
            let isOdd: Bool
            let place: Int
            let isOpening: Bool
        }

        private var random: SeededGenerator
        private var sharing = PageSharing()
        private var members: [Member] = []
        private var reads: [Read] = []
        private var tail = 0
        private var now: Int64 = 0

        init(seed: UInt64) { random = SeededGenerator(seed: seed) }

        private static func text(_ range: Range<Int>, isOdd: Bool) -> [UInt8] {
            range.filter { !isOdd || $0 % 2 == 1 }.map { UInt8($0 % 251) }
        }

        /// The page from a place on: some numbers, or none where the log ends.
        private mutating func page(of read: Read) -> StreamedPage {
            let end = min(tail, read.place + Int.random(in: 1...5, using: &random))
            let text = Self.text(read.place..<end, isOdd: read.isOdd)
            return StreamedPage(text: text, cursor: "\(end)", isEmpty: text.isEmpty)
        }

        /// It must be exactly what the member would have read by itself.
        private mutating func give(_ page: StreamedPage, to index: Int) throws {
            let member = members[index]
            let next = try #require(Int(page.cursor))
            #expect(page.text == Self.text(member.place..<next, isOdd: member.isOdd))
            members[index].place = next
        }

        private mutating func ask(_ index: Int) throws {
            let member = members[index]
            guard member.read == nil else { return }
            let isOpening = member.isNew && random.happens(0.5)
            members[index].isNew = false
            let same = reads.first {
                $0.isOdd == member.isOdd && $0.place == member.place && $0.isOpening == isOpening
            }
            let action = sharing.ask(
                member.reader,
                behind: "\(member.place)",
                isOpening: isOpening,
                now: .at(now)
            )
            switch action {
            case .take(let page):
                #expect(!isOpening)
                try give(page, to: index)
            case .read(let id):
                #expect(same == nil)
                members[index].read = id
                reads.append(
                    Read(id: id, isOdd: member.isOdd, place: member.place, isOpening: isOpening)
                )
            case .wait: members[index].read = try #require(same).id
            }
        }

        private mutating func finish() throws {
            guard let index = reads.indices.randomElement(using: &random) else { return }
            let read = reads.remove(at: index)
            let page = random.happens(0.9) ? page(of: read) : nil
            let waiting = members.indices.filter { members[$0].read == read.id }
            let got = sharing.finish(read.id, with: page, now: .at(now))
            #expect(got == Set(waiting.map { members[$0].reader }))
            for index in waiting {
                members[index].read = nil
                if let page { try give(page, to: index) }
            }
        }

        private mutating func stop(_ index: Int) {
            let awaited = members[index].read
            members[index].read = nil
            let isLast = awaited != nil && !members.contains { $0.read == awaited }
            #expect(sharing.stop(members[index].reader) == (isLast ? awaited : nil))
            if isLast { reads.removeAll { $0.id == awaited } }
        }

        private mutating func leave(_ index: Int) {
            stop(index)
            sharing.leave(members.remove(at: index).reader)
        }

        private mutating func join() {
            let isOdd = random.happens(0.5)
            let reader = sharing.join(PageSharingTests.question(limit: isOdd ? 1 : 2))
            let place = Int.random(in: 0...tail, using: &random)
            members.append(Member(reader: reader, isOdd: isOdd, place: place))
        }

        mutating func step() throws {
            now += Int64.random(in: 0...400, using: &random)
            let index = members.indices.randomElement(using: &random)
            switch (Int.random(in: 0..<20, using: &random), index) {
            case (0...1, _): join()
            case (2...3, _): tail += Int.random(in: 1...8, using: &random)
            case (4...8, _): try finish()
            case (9, let index?): random.happens(0.5) ? stop(index) : leave(index)
            case (_, let index?): try ask(index)
            case (_, nil): break
            }
        }

        /// All leave, and nothing is left of them.
        mutating func leaveAll() {
            while !members.isEmpty { leave(members.count - 1) }
            #expect(reads.isEmpty && sharing.keptBytes == 0)
        }
    }

    @Test(
        "Each reader gets what it would have read by itself, whoever reads for it",
        arguments: RandomSeed.cases(200)
    )
    func walk(_ seed: UInt64) throws {
        var crowd = Crowd(seed: seed)
        for _ in 0..<400 { try crowd.step() }
        crowd.leaveAll()
    }
}
