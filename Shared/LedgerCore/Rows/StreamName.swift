/// What the stream of an incarnation is called: row `NAME`.
///
/// The table's news name a stream by its incarnation only, and its description stands under its
/// name.
package struct StreamName: Hashable, Sendable {
    /// The stream's incarnation.
    package let stream: Incarnation
    /// Its name.
    package let id: StreamID

    /// The name of a stream.
    package init(_ stream: Incarnation, _ id: StreamID) {
        self.stream = stream
        self.id = id
    }

    /// The row.
    package var item: Item {
        var item = Item(.streamName(stream), capacity: 1)
        item[.stream] = .string(id.name)
        return item
    }

    /// Reads the row; throws ``TableError/Reason/corrupt`` when it is damaged.
    package init(_ item: Item) throws(TableError) {
        guard case .streamName(let stream) = item.key else { throw item.misplaced }
        self.stream = stream
        id = try item.requiredStreamID(.stream)
    }
}
