/// The bodies that tests send most often, in JSON.
package enum JSONBody {
    /// An event; `data` is JSON, of which null deletes the key.
    package static func event(key: String = "k", data: String = "1") -> String {
        "{\"key\":\"\(key)\",\"type\":\"t\",\"data\":\(data)}"
    }

    /// Events, each of them JSON, as one publish.
    package static func batch(_ events: [String]) -> String {
        "[\(events.joined(separator: ","))]"
    }

    /// A stream to create; `members`, each behind a comma, are its settings.
    package static func stream(
        _ name: String,
        partitions: Int? = nil,
        members: String = ""
    ) -> String {
        let count = partitions.map { ",\"partition_count\":\($0)" } ?? ""
        return "{\"stream_id\":\"\(name)\"\(count)\(members)}"
    }

    /// A subscription to create; `start` is JSON.
    package static func subscription(_ name: String, from start: String = "\"earliest\"") -> String
    {
        "{\"subscription_id\":\"\(name)\",\"start_from\":\(start)}"
    }

    /// A cursor to commit.
    package static func commit(_ cursor: String) -> String {
        "{\"cursor\":\"\(cursor)\"}"
    }
}
