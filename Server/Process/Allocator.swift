import CAllocator

/// What the C library's allocator is told at start.
enum Allocator {
    /// Keeps freed blocks of a request's or an answer's size instead of returning them to the
    /// system with every call.
    ///
    /// A page of a thousand events takes a few hundred kilobytes; mapping them anew each time costs
    /// a quarter of a page's whole time in page faults.
    static func keepLargeBlocks() {
        el_allocator_keep(32 << 20, 64 << 20)
    }
}
