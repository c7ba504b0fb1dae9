/// A page as event streams send it, with the same bytes to all who read alike.
package struct StreamedPage: Hashable, Sendable {
    /// The page as an event, with its id and its end.
    package let text: [UInt8]
    /// The place behind the page, which is its id.
    package let cursor: String
    /// True for a page that has no event, whether or not it got further.
    package let isEmpty: Bool

    /// A page that was read and encoded.
    package init(text: [UInt8], cursor: String, isEmpty: Bool) {
        self.text = text
        self.cursor = cursor
        self.isEmpty = isEmpty
    }
}

/// The things that an event stream asks for, but for the place it has reached.
///
/// Two that ask the same are equal readers: behind the same cursor there is the same page for both.
/// The cursor has the stream's or the subscription's incarnation.
package enum PageQuestion: Hashable, Sendable {
    /// A read without a subscription, of a partition if it names one.
    case read(StreamID, partition: Int64?, filter: EventFilter?, limit: Int)
    /// A poll by nobody in particular: a member's pages are its own.
    case poll(SubscriptionID, of: StreamID, limit: Int)
}

/// Decides, for event streams of any number, which of the equal readers at one place reads the next
/// page, and who gets it: it is read and encoded once, whoever follows.
///
///     join ─→ ask ─┬─ a page is kept for this place ─→ take ─→ ask …
///              ↑   ├─ someone reads there ──→ wait ─┐
///              │   └─ nobody does ──────────→ read ─┤
///              │                                    ├─ finish: a page, or none ─→ all who wait
///              └────────────────────────────────────┤
///                                                   └─ stop: it waits no more, and the last one
///                                                      to do so breaks the read off
///     ask … ─→ leave
///
/// A reader that begins is told of errors by the status of its answer, and so is not made to wait for
/// events: it shares a read only with others that begin, and gets no page that was read earlier.
///
/// A page is kept for equal readers that were elsewhere when it was read, most often busy with the page
/// before, until each of them can have had it, and no longer than ``Limits/keptPageAge``. Together they
/// take ``Limits/keptPageBytes`` at most. When equal readers fail, what is kept for them goes: a stream
/// that is gone is gone for those that lag behind, too.
package struct PageSharing: Sendable {
    /// An event stream, from ``PageSharing/join(_:)`` to ``PageSharing/leave(_:)``.
    package struct ReaderID: Hashable, Sendable {
        fileprivate let number: UInt64
    }

    /// A read that is under way.
    package struct ReadID: Hashable, Sendable {
        fileprivate let number: UInt64
    }

    /// The answer to a reader that asks.
    package enum Action: Hashable, Sendable {
        /// This is the page.
        case take(StreamedPage)
        /// Wait for ``PageSharing/finish(_:with:now:)``: the read is under way.
        case wait
        /// Begin this read, and wait for it like all others.
        case read(ReadID)
    }

    private struct Place: Hashable {
        let question: PageQuestion
        let cursor: String
        let isOpening: Bool
    }

    private struct Reader {
        let question: PageQuestion
        /// The read that it waits for; nil: it is busy with a page.
        var read: ReadID?
    }

    private struct Read {
        let place: Place
        var waiting: Set<ReaderID> = []
    }

    private struct Kept {
        let page: StreamedPage
        let place: Place
        let keptAt: Instant
        /// Readers that were elsewhere, and have not come for it.
        var missing: Int

        /// The page, and about what is needed to find it.
        var bytes: Int { page.text.count + 512 }
    }

    /// The equal readers, wherever they are.
    private struct Group {
        var readers = 0
        /// The numbers of pages that are kept for them.
        var kept: Set<UInt64> = []
    }

    private var lastNumber: UInt64 = 0
    private var readers: [ReaderID: Reader] = [:]
    private var groups: [PageQuestion: Group] = [:]
    private var reads: [ReadID: Read] = [:]
    private var readsByPlace: [Place: ReadID] = [:]
    /// Pages by their numbers, which grow with the time at which they were kept.
    private var kept: [UInt64: Kept] = [:]
    private var keptByPlace: [Place: UInt64] = [:]
    /// The numbers of pages below this one are gone.
    private var oldest: UInt64 = 0
    private var nextKept: UInt64 = 0
    /// The size of all pages that are kept.
    private(set) var keptBytes = 0

    /// Nobody reads.
    package init() {}

    // MARK: Readers

    /// Adds a reader, which is paired with ``leave(_:)``.
    package mutating func join(_ question: PageQuestion) -> ReaderID {
        lastNumber += 1
        let reader = ReaderID(number: lastNumber)
        readers[reader] = Reader(question: question)
        groups[question, default: Group()].readers += 1
        return reader
    }

    /// Removes a reader that does not wait.
    package mutating func leave(_ reader: ReaderID) {
        guard let gone = readers.removeValue(forKey: reader), gone.read == nil else {
            preconditionFailure("a reader leaves once, and not while it waits")
        }
        groups[gone.question]?.readers -= 1
        guard groups[gone.question]?.readers == 0 else { return }
        forgetPages(for: gone.question)
        groups[gone.question] = nil
    }

    /// Answers a reader that asks for the page behind `cursor`; `isOpening` where its stream begins.
    package mutating func ask(
        _ reader: ReaderID,
        behind cursor: String,
        isOpening: Bool,
        now: Instant
    ) -> Action {
        guard let asking = readers[reader], asking.read == nil else {
            preconditionFailure("a reader asks for one page after another")
        }
        let place = Place(question: asking.question, cursor: cursor, isOpening: isOpening)
        forgetOldPages(now: now)
        if let page = takeKept(at: place) { return .take(page) }
        if let read = readsByPlace[place] {
            enlist(reader, for: read)
            return .wait
        }
        lastNumber += 1
        let read = ReadID(number: lastNumber)
        reads[read] = Read(place: place)
        readsByPlace[place] = read
        enlist(reader, for: read)
        return .read(read)
    }

    private mutating func enlist(_ reader: ReaderID, for read: ReadID) {
        reads[read]?.waiting.insert(reader)
        readers[reader]?.read = read
    }

    /// Lets a reader wait no more, if it does.
    ///
    /// - Returns: A read for which nobody waits now: it is to be broken off, and its outcome is
    ///   nobody's; nil where there is none.
    package mutating func stop(_ reader: ReaderID) -> ReadID? {
        guard let read = readers[reader]?.read else { return nil }
        readers[reader]?.read = nil
        reads[read]?.waiting.remove(reader)
        guard reads[read]?.waiting.isEmpty ?? false else { return nil }
        end(read)
        return read
    }

    /// Takes the outcome of a read.
    ///
    /// - Parameters:
    ///   - read: The read that has ended.
    ///   - page: The page; nil when it failed.
    ///   - now: The time at which the page was there.
    /// - Returns: The readers that get the outcome; none when the read was broken off.
    package mutating func finish(
        _ read: ReadID,
        with page: StreamedPage?,
        now: Instant
    ) -> Set<ReaderID> {
        guard let ended = end(read) else { return [] }
        for reader in ended.waiting { readers[reader]?.read = nil }
        forgetOldPages(now: now)
        if let page {
            keep(page, of: ended, now: now)
        } else {
            forgetPages(for: ended.place.question)
        }
        return ended.waiting
    }

    @discardableResult
    private mutating func end(_ read: ReadID) -> Read? {
        guard let ended = reads.removeValue(forKey: read) else { return nil }
        readsByPlace[ended.place] = nil
        return ended
    }

    // MARK: Pages

    /// Keeps a page for the readers that did not wait for it, if there are any.
    ///
    /// A page that got nowhere is none: whoever asks there next waits for events.
    private mutating func keep(_ page: StreamedPage, of read: Read, now: Instant) {
        let place = read.place
        let missing = (groups[place.question]?.readers ?? 0) - read.waiting.count
        guard missing > 0, !place.isOpening, page.cursor != place.cursor else { return }
        let new = Kept(page: page, place: place, keptAt: now, missing: missing)
        kept[nextKept] = new
        keptByPlace[place] = nextKept
        groups[place.question]?.kept.insert(nextKept)
        keptBytes += new.bytes
        nextKept += 1
        forgetOldPages(now: now)
    }

    private mutating func takeKept(at place: Place) -> StreamedPage? {
        guard let number = keptByPlace[place], let found = kept[number] else { return nil }
        kept[number]?.missing -= 1
        if found.missing == 1 { forgetPage(number) }
        return found.page
    }

    /// Forgets, oldest first, what is too old or too much.
    private mutating func forgetOldPages(now: Instant) {
        while oldest < nextKept {
            if let page = kept[oldest] {
                let isFresh = page.keptAt.isFresh(at: now, for: Limits.keptPageAge)
                if isFresh, keptBytes <= Limits.keptPageBytes { return }
                forgetPage(oldest)
            }
            oldest += 1
        }
    }

    private mutating func forgetPages(for question: PageQuestion) {
        for number in groups[question]?.kept ?? [] { forgetPage(number) }
    }

    private mutating func forgetPage(_ number: UInt64) {
        guard let gone = kept.removeValue(forKey: number) else { return }
        keptByPlace[gone.place] = nil
        groups[gone.place.question]?.kept.remove(number)
        keptBytes -= gone.bytes
    }
}
