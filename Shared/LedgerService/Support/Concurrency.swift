/// Runs `body` and returns its error as a value, typed.
func result<Success, Failure: Error>(
    of body: () async throws(Failure) -> Success
) async -> Result<Success, Failure> {
    do throws(Failure) {
        return .success(try await body())
    } catch {
        return .failure(error)
    }
}

/// Runs `body` for all elements at the same time, and returns the results in the elements' order.
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

/// Runs `body` for the elements in their order, `width` of them at the same time, and begins no
/// further one once `isOver`.
///
/// - Returns: The number of elements that it was run for, counted from the first one.
func inParallel<Element: Sendable>(
    _ elements: [Element],
    atOnce width: Int,
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
