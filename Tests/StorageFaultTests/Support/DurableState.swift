import FaultVFS
import LedgerTesting

/// The bytes that a disk holds for sure after its events so far, and those it may hold besides.
///
/// Follows the disk event by event. A power cut keeps the bytes that were synced. Of all others,
/// each sector of each write is there or not, whatever the order; a file that was made or removed
/// since its folder was synced (SQLite does that with the file's first sync) may be there or not.
/// Bytes that an fsync failed to write may be there or not for good: the system has forgotten that
/// they are still to be written.
struct DurableState {
    /// The contents behind a name.
    private struct Contents {
        var durable: [UInt8] = []
        /// Since the last sync.
        var unsynced: [Change] = []
    }

    private struct Change {
        let offset: Int
        /// nil: cut off at `offset`.
        let bytes: UnsafeRawBufferPointer?
        /// A sync of it has failed.
        var isForgotten = false
    }

    /// The files that a name may stand for, the oldest first; nil: no file.
    private var names: [String: [Contents?]]

    /// The share that survives of what need not.
    enum Survival: CaseIterable {
        case nothing
        case everything
        case half
        case little
        case most
    }

    /// A disk on which these files are durable.
    init(_ files: [String: [UInt8]]) {
        names = files.mapValues { [Contents(durable: $0)] }
    }

    /// Takes the next event.
    mutating func follow(_ event: Disk.Event, random: inout SeededGenerator) {
        var history = names[event.name] ?? [nil]
        let last = history.count - 1
        switch event.kind {
        case FV_CREATED: history.append(Contents())
        case FV_DELETED: history.append(nil)
        case FV_WRITTEN:
            history[last]?.unsynced.append(Change(offset: event.offset, bytes: event.bytes))
        case FV_TRUNCATED:
            history[last]?.unsynced.append(Change(offset: event.offset, bytes: nil))
        case FV_SYNCED:
            if history.count > 1 { settleNames() }
            history = [history[last].map { Self.synced($0, random: &random) }]
        default:
            guard var contents = history[last] else { break }
            for index in contents.unsynced.indices { contents.unsynced[index].isForgotten = true }
            history[last] = contents
        }
        names[event.name] = history
    }

    /// The folder was synced.
    private mutating func settleNames() {
        names = names.mapValues { [$0[$0.count - 1]] }
    }

    private static func synced(_ contents: Contents, random: inout SeededGenerator) -> Contents {
        var durable = contents.durable
        for change in contents.unsynced {
            apply(change, to: &durable) { !change.isForgotten || random.happens(0.5) }
        }
        return Contents(durable: durable)
    }

    /// The files as they may be when the power comes back.
    func files(_ survival: Survival, random: inout SeededGenerator) -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for (name, history) in names.sorted(by: { $0.key < $1.key }) {
            let index = Self.choice(of: history.count, survival: survival, random: &random)
            guard let contents = history[index] else { continue }
            var bytes = contents.durable
            for change in contents.unsynced {
                Self.apply(change, to: &bytes) { Self.survives(survival, random: &random) }
            }
            files[name] = bytes
        }
        return files
    }

    /// The files as they are while the machine stays up, whatever was synced.
    var current: [String: [UInt8]] {
        var random = SeededGenerator(seed: 0)
        return files(.everything, random: &random)
    }

    private static func choice(
        of count: Int,
        survival: Survival,
        random: inout SeededGenerator
    ) -> Int {
        switch survival {
        case .nothing: 0
        case .everything: count - 1
        case .half, .little, .most: Int.random(in: 0..<count, using: &random)
        }
    }

    private static func survives(_ survival: Survival, random: inout SeededGenerator) -> Bool {
        switch survival {
        case .nothing: false
        case .everything: true
        case .half: random.happens(0.5)
        case .little: random.happens(0.1)
        case .most: random.happens(0.9)
        }
    }

    private static let sectorBytes = 512

    private static func apply(_ change: Change, to file: inout [UInt8], survives: () -> Bool) {
        guard let bytes = change.bytes else {
            if survives() { cut(&file, to: change.offset) }
            return
        }
        var start = 0
        while start < bytes.count {
            let place = change.offset + start
            let end = min(bytes.count, start + sectorBytes - place % sectorBytes)
            if survives() {
                write(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), to: &file, at: place)
            }
            start = end
        }
    }

    private static func cut(_ file: inout [UInt8], to size: Int) {
        if file.count > size { file.removeLast(file.count - size) }
        if file.count < size { file += [UInt8](repeating: 0, count: size - file.count) }
    }

    private static func write(
        _ bytes: UnsafeRawBufferPointer,
        to file: inout [UInt8],
        at place: Int
    ) {
        if file.count < place + bytes.count { cut(&file, to: place + bytes.count) }
        file.withUnsafeMutableBytes { buffer in
            UnsafeMutableRawBufferPointer(rebasing: buffer[place...]).copyMemory(from: bytes)
        }
    }
}
