import Foundation

/// The project's files, found from where this source file was compiled.
enum Project {
    /// The folder of Package.swift.
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The names of the folders in a folder; none when there is no such folder.
    static func folders(in path: String) throws -> [String] {
        let folder = root.appending(path: path)
        guard FileManager.default.fileExists(atPath: folder.path(percentEncoded: false)) else {
            return []
        }
        return
            try FileManager.default
            .contentsOfDirectory(at: folder, includingPropertiesForKeys: [.isDirectoryKey])
            .filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
            .map(\.lastPathComponent)
            .sorted()
    }

    /// Every Swift file below a folder, as paths from the root.
    static func swiftFiles(below path: String) throws -> [String] {
        let folder = root.appending(path: path).path(percentEncoded: false)
        guard FileManager.default.fileExists(atPath: folder) else { return [] }
        return try FileManager.default.subpathsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".swift") }
            .map { "\(path)/\($0)" }
            .sorted()
    }
}
