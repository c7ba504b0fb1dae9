/// Bootstrapping: the compacted state first.
extension PollPlan {
    func snapshotRead(_ lane: Int) -> TableRead {
        guard case .snapshot(_, let after) = positions[lane] else { preconditionFailure() }
        return .query(
            Query(
                .latest(stream, lanes[lane].partition),
                after: after?.utf8,
                limit: min(max(limit - page.events.count, lookahead), work.entriesLeft)
            )
        )
    }

    /// Takes entries of the compacted state: what is newer than the watermark or a tombstone is
    /// passed over, for the log delivers it.
    mutating func takeSnapshot(
        _ finding: Result<TableFinding, TableError>,
        _ lane: Int
    ) throws(ReadFailure) {
        let found: TableFinding
        do throws(TableError) { found = try finding.get() } catch { throw .table(error) }
        guard case .page(let entries) = found else { preconditionFailure("a page was asked for") }
        guard case .snapshot(let watermark, var last) = positions[lane] else {
            preconditionFailure("the lane bootstraps")
        }
        for item in entries.items {
            let latest = try decodeLatest(item)
            let isBelow = latest.offset < watermark || !trust.rules.keep(.snapshotBelow)
            if isBelow, case .record(let bytes) = latest.value {
                guard try add(latest, bytes) else { return }
            }
            work.look()
            last = latest.key
            positions[lane] = .snapshot(watermark: watermark, after: last)
        }
        lookahead = min(entries.items.count * 4, Limits.pageEntries.upperBound)
        if entries.next == nil { positions[lane] = .log(watermark) }
    }

    /// - Returns: false when the page is full.
    private mutating func add(_ latest: LatestRow, _ bytes: [UInt8]) throws(ReadFailure) -> Bool {
        guard work.allows(bytes: bytes.count) else {
            stop()
            return false
        }
        let record: Record
        do throws(BatchError) {
            record = try Record.decode(bytes)
        } catch {
            throw .corrupt(latest.partition, latest.offset, detail: error.description)
        }
        work.decode(bytes: record.bytes.count)
        guard reserve(latest.key.utf8.count + record.countedBytesWithoutKey) else { return false }
        page.events.append(
            EventPage.Event(
                partition: latest.partition,
                offset: latest.offset,
                source: .snapshot(index: page.snapshots.count)
            )
        )
        page.snapshots.append(EventPage.Snapshot(key: latest.key, record: record))
        return true
    }

    private func decodeLatest(_ item: Item) throws(ReadFailure) -> LatestRow {
        do throws(TableError) { return try LatestRow(item) } catch { throw .table(error) }
    }
}

extension Position {
    /// Bootstrapping.
    package var isSnapshot: Bool {
        if case .snapshot = self { true } else { false }
    }
}
