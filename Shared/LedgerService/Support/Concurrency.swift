/// Runs `body` and hands back its error as a value, typed.
func attempt<Success, Failure: Error>(
    _ body: () async throws(Failure) -> Success
) async -> Result<Success, Failure> {
    do throws(Failure) {
        return .success(try await body())
    } catch {
        return .failure(error)
    }
}

/// The results of `body` for each element, computed at the same time, in the elements' order.
func inParallel<Element: Sendable, Success: Sendable>(
    _ elements: [Element],
    _ body: @escaping @Sendable (Element) async -> Success
) async -> [Success] {
    if elements.count == 1 { return [await body(elements[0])] }
    return await withTaskGroup(of: (Int, Success).self) { group in
        for (index, element) in elements.enumerated() {
            group.addTask { (index, await body(element)) }
        }
        var results = [Success?](repeating: nil, count: elements.count)
        for await (index, result) in group { results[index] = result }
        return results.compactMap(\.self)
    }
}

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
