/// Runs `body` for the elements in their order, `width` at a time, until `isOver`.
///
/// - Returns: How many elements it was run for; the others are left.
func inLanes<Element: Sendable>(
    _ width: Int,
    _ elements: [Element],
    until isOver: @Sendable () -> Bool,
    _ body: @escaping @Sendable (Element) async -> Void
) async -> Int {
    await withTaskGroup(of: Void.self) { group in
        var begun = 0
        while begun < elements.count, !isOver() {
            let element = elements[begun]
            if begun >= width { await group.next() }
            group.addTask { await body(element) }
            begun += 1
        }
        return begun
    }
}
