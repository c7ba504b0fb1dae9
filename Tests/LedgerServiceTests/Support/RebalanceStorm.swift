import LedgerCore
import LedgerService
import LedgerTesting

/// A group whose members come and go, on a clock that the test moves, held to what each of them gets.
///
/// Calls follow each other, so that it is known of each what it must give: a partition whose holder is
/// alive and keeps it gives at the holder's next look all that was published; a partition without a
/// holder has one again as soon as all who are alive have looked a few times, or those who fell silent
/// have missed a session.
struct RebalanceStorm {
    static let members = 20
    static let partitions = 12
    static let session: Duration = .seconds(10)
    /// Members look once in this time.
    static let look: Duration = .seconds(1)
    /// A partition that is free has a holder within so long: who is to take it may leave instead.
    static let handOver: Duration = .seconds(5)
    private static let tick: Duration = .milliseconds(100)

    private struct Holding {
        let lease: Int64
        /// The offset behind the last event that its holder got.
        var reached: Int64
    }

    private struct Member {
        let name: MemberName
        let process: TestLedger
        /// The time of its next look; nil: it is no member.
        var nextLook: Duration?
        var cursor: String?
        /// The partitions that it read at its last look.
        var holdings: [Partition: Holding] = [:]
        /// It left its last page uncommitted.
        var owesCommit = false
    }

    private struct Gap {
        let since: Duration
        var isReported = false
    }

    /// The broken promises, in the order in which they were.
    private(set) var violations: [String] = []
    /// How often a partition was looked at by a member that had it at its look before.
    private(set) var kept = 0
    /// How often a partition came to a member.
    private(set) var moves = 0
    /// The moves that joining and leaving one after the other would make at most.
    private(set) var neededMoves = 0
    /// The longest time for which a partition had no holder.
    private(set) var longestGap: Duration = .zero
    private(set) var silences = 0

    private let id: SubscriptionID
    private let stream: StreamID
    /// One for each process: the wall clocks disagree by minutes.
    private let clocks: [ManualClock]
    private let processes: [TestLedger]
    private var random: SeededGenerator
    private var roster: [Member]
    /// By partition: how many events it has, and how many are committed.
    private var tails = [Int64](repeating: 0, count: partitions)
    private var commits = [Int64](repeating: 0, count: partitions)
    private var gaps: [Partition: Gap]
    /// The time at which the session of the last one that fell silent is over.
    private var silentUntil: Duration = .zero

    init(seed: UInt64) async throws {
        guard let id = SubscriptionID("u"), let stream = StreamID("s") else {
            throw TestFailure("the names of a test are names")
        }
        (self.id, self.stream) = (id, stream)
        let table = MemoryTable()
        let clocks = [0, 120, -120].map { skew in
            ManualClock(start: ManualClock().now().advanced(by: .seconds(skew)))
        }
        let processes = clocks.enumerated().map { number, clock in
            TestLedger(table, clock: clock, random: .seeded(seed &+ UInt64(number)))
        }
        (self.clocks, self.processes) = (clocks, processes)
        random = SeededGenerator(seed: seed)
        roster = (0..<Self.members).compactMap { number in
            MemberName("m\(number)").map {
                Member(name: $0, process: processes[number % processes.count])
            }
        }
        gaps = Dictionary(
            uniqueKeysWithValues: Partition.all(Self.partitions).map { ($0, Gap(since: .zero)) }
        )
        let body = JSONBody.stream("s", partitions: Self.partitions)
        try await processes[0].done("POST", at: "/streams", sending: body)
        let subscription = JSONBody.subscription("u")
        try await processes[0].done("POST", at: "/streams/s/subscriptions", sending: subscription)
        join(0)
    }

    // MARK: The course of time

    /// The time since the beginning, on which all agree.
    private var now: Duration { clocks[0].uptime() }

    /// Lets members join and leave at random.
    mutating func rage(for length: Duration) async throws {
        let end = now + length
        while now < end {
            if random.happens(0.15) {
                try await change(Int.random(in: roster.indices, using: &random))
            }
            try await goOn()
        }
    }

    /// Lets nobody join or leave.
    mutating func calm(for length: Duration) async throws {
        let end = now + length
        while now < end { try await goOn() }
    }

    /// Lets half of those fall silent who are members, all at once.
    mutating func silenceHalf() {
        let alive = roster.indices.filter { roster[$0].nextLook != nil }
        for index in alive.dropFirst((alive.count + 1) / 2) { fallSilent(index) }
    }

    /// A tick's time, and the looks that are due then.
    private mutating func goOn() async throws {
        for clock in clocks { clock.advance(by: Self.tick) }
        if now.components.attoseconds == 0 { try await aSecondPasses() }
        for index in roster.indices.shuffled(using: &random) {
            guard let due = roster[index].nextLook, due <= now else { continue }
            try await look(index)
        }
        checkGaps()
    }

    /// Events come, and each process sees who is a member, as one does that has members of its own.
    private mutating func aSecondPasses() async throws {
        for process in processes {
            _ = try await process.ledger.subscriptions.members(of: id, in: stream)
        }
        let keys = (0..<2 * Self.partitions).map { _ in
            "k\(Int.random(in: 0..<200, using: &random))"
        }
        let body = JSONBody.batch(keys.map { JSONBody.event(key: $0) })
        try await processes[0].done("POST", at: "/streams/s/events", sending: body)
        for key in keys {
            let key = Array(key.utf8)
            tails[Partitioner.partition(forKey: key, count: Self.partitions).index] += 1
        }
    }

    // MARK: Coming and going

    private var aliveCount: Int { roster.count { $0.nextLook != nil } }

    private mutating func change(_ index: Int) async throws {
        guard roster[index].nextLook != nil else { return join(index) }
        guard aliveCount > 1 else { return }
        // One after the other: while one counts that is silent, what is meant for it is nobody's.
        if now > silentUntil + Self.handOver, random.happens(0.5) {
            fallSilent(index)
        } else {
            try await leave(index)
        }
    }

    private mutating func join(_ index: Int) {
        roster[index].nextLook = now
        let alive = aliveCount
        neededMoves += (Self.partitions + alive - 1) / alive
    }

    private mutating func leave(_ index: Int) async throws {
        let member = roster[index]
        try await member.process.ledger.subscriptions.leave(member.name, in: id, of: stream)
        stop(index)
    }

    /// It looks no more, and says nothing.
    private mutating func fallSilent(_ index: Int) {
        silences += 1
        silentUntil = now + Self.session
        // A process that was killed forgets where it was; one that was only frozen does not.
        let frozen = random.happens(0.5) ? roster[index] : nil
        stop(index)
        guard let frozen else { return }
        roster[index].cursor = frozen.cursor
        roster[index].holdings = frozen.holdings
    }

    private mutating func stop(_ index: Int) {
        neededMoves += roster[index].holdings.count
        for partition in roster[index].holdings.keys { open(partition) }
        roster[index] = Member(name: roster[index].name, process: roster[index].process)
    }

    // MARK: A look

    private mutating func look(_ index: Int) async throws {
        var member = roster[index]
        let found = try await member.process.ledger.subscriptions.poll(
            id,
            of: stream,
            as: MemberRequest(member.name, session: Self.session),
            cursor: member.cursor,
            limit: Limits.pageEntries.upperBound,
            wait: .zero
        )
        let events = Dictionary(grouping: found.page.page.events, by: \.partition)
            .mapValues { $0.map(\.offset.rawValue) }
        let former = member.holdings
        member.holdings = [:]
        for part in found.share.assigned {
            let isKept = former[part.partition]?.lease == part.lease
            if isKept { kept += 1 } else { moves += 1 }
            let tail = tails[part.partition.index]
            let start =
                isKept ? former[part.partition]?.reached : commits[part.partition.index]
            if events[part.partition, default: []] != Array((start ?? 0)..<tail) {
                violate(
                    "\(member.name) \(isKept ? "keeps" : "takes") \(part.partition.index), and "
                        + "gets \(events[part.partition] ?? []) of \(start ?? 0)..<\(tail)"
                )
            }
            member.holdings[part.partition] = Holding(lease: part.lease, reached: tail)
            close(part.partition)
        }
        for partition in former.keys where member.holdings[partition] == nil { open(partition) }
        member.cursor = found.page.cursor
        member.nextLook = now + Self.look
        // One that never commits gives nothing up, so it leaves out no two pages in a row.
        member.owesCommit = !member.owesCommit && random.happens(0.25)
        roster[index] = member
        if !member.owesCommit { await commit(found, as: member) }
    }

    /// Commits a page, which whoever has just looked can do.
    private mutating func commit(_ found: GroupPage, as member: Member) async {
        do throws(LedgerError) {
            try await member.process.ledger.subscriptions.commit(
                id,
                of: stream,
                cursor: found.page.cursor
            )
        } catch {
            return violate("\(member.name) can't commit: \(error)")
        }
        for part in found.share.parts {
            commits[part.partition.index] =
                part.isGivingUp
                ? max(commits[part.partition.index], part.position.logOffset.rawValue)
                : tails[part.partition.index]
        }
    }

    // MARK: Holders

    private mutating func open(_ partition: Partition) {
        if gaps[partition] == nil { gaps[partition] = Gap(since: now) }
    }

    private mutating func close(_ partition: Partition) {
        guard let gap = gaps.removeValue(forKey: partition) else { return }
        longestGap = max(longestGap, now - gap.since)
    }

    private mutating func checkGaps() {
        for (partition, gap) in gaps where !gap.isReported {
            guard now > max(gap.since, silentUntil) + Self.handOver else { continue }
            gaps[partition]?.isReported = true
            violate("\(partition.index) has had no holder for \(now - gap.since)")
        }
    }

    private mutating func violate(_ text: String) {
        violations.append("after \(now): \(text)")
    }

    /// By member that is alive, the number of partitions that it gets.
    var shares: [Int] { roster.filter { $0.nextLook != nil }.map(\.holdings.count) }
    /// Events that are not committed.
    var lag: Int64 { zip(tails, commits).reduce(0) { $0 + $1.0 - $1.1 } }
}
