import FaultVFS
import Testing

/// The disk of the tests: in memory, fails when told to, and remembers what was synced.
///
/// `@unchecked Sendable`: the C side takes its own lock.
final class Disk: @unchecked Sendable {
    /// Something that happened to a file.
    struct Event {
        let kind: fv_event_kind
        let name: String
        let offset: Int
        let bytes: UnsafeRawBufferPointer
    }

    /// A failure of some of the disk's calls.
    struct Fault: Sendable, CustomTestStringConvertible {
        let calls: Int
        let trouble: fv_trouble
        /// The first that does, counted from 1.
        let first: Int
        /// True when all later ones fail, too.
        let lasts: Bool
        let testDescription: String

        /// True when SQLite sees that something went wrong.
        ///
        /// Bytes that a read does not bring it takes for the end of the file, and for zeros.
        var isNoticeable: Bool { trouble != FV_SHORT }

        /// True when the table must take writes again as soon as the disk does: a full disk has
        /// room again, a read may succeed the next time.
        var leavesTableUsable: Bool {
            guard isNoticeable else { return false }
            let writes = Int(FV_WRITE | FV_TRUNCATE | FV_SYNC | FV_SHARED)
            return calls & writes == 0 || trouble == FV_ENOSPC && calls == FV_WRITE
        }
    }

    private let handle: OpaquePointer

    init() {
        handle = fv_disk_make()
    }

    deinit {
        precondition(
            fv_disk_open_files(handle) == 0,
            "every connection is closed before its disk goes"
        )
        fv_disk_free(handle)
    }

    /// Under which SQLite knows it.
    var fileSystem: String { String(cString: fv_disk_vfs(handle)) }

    /// Files that SQLite has open.
    var openFiles: Int { fv_disk_open_files(handle) }

    /// Makes or replaces a file, durably.
    func put(_ name: String, holding bytes: [UInt8]) {
        fv_disk_put(handle, name, bytes, bytes.count)
    }

    /// From now on this goes wrong; counting begins anew.
    func follow(_ fault: Fault?) {
        let calls = UInt32(fault?.calls ?? 0)
        fv_disk_set_fault(
            handle,
            fv_fault(
                calls: calls,
                trouble: fault?.trouble ?? FV_NONE,
                first: UInt64(fault?.first ?? 0),
                count: fault?.lasts == true ? .max : 1
            )
        )
    }

    /// Calls of the fault's kind that failed.
    var failures: Int { Int(fv_disk_failures(handle)) }

    /// The number of events so far.
    var eventCount: Int { fv_disk_event_count(handle) }

    /// One of the events, counted from 0; its bytes live as long as the disk.
    func event(_ index: Int) -> Event {
        let event = fv_disk_event(handle, index)
        return Event(
            kind: event.kind,
            name: String(cString: event.name),
            offset: Int(event.offset),
            bytes: UnsafeRawBufferPointer(start: event.bytes, count: event.count)
        )
    }
}
