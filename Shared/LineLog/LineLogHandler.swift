package import Logging
import Glibc

/// A swift-log back end that writes one line for each record.
package struct LineLogHandler: LogHandler {
    /// Records below it are not written.
    package var logLevel: Logger.Level
    /// Added to every record.
    package var metadata: Logger.Metadata = [:]
    /// Adds metadata, asked for at each record, to that record.
    package var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let format: LogFormat
    private let write: @Sendable ([UInt8]) -> Void

    /// A handler, as `LoggingSystem.bootstrap` wants them.
    ///
    /// - Parameters:
    ///   - label: the logger's name.
    ///   - level: records below it are not written.
    ///   - format: nil writes text to a terminal and JSON to anything else.
    ///   - write: gets each line, with its line break, as one piece; standard error by default.
    package init(
        label: String,
        level: Logger.Level = .info,
        format: LogFormat? = nil,
        write: @escaping @Sendable ([UInt8]) -> Void = LineLogHandler.writeToStandardError
    ) {
        self.label = label
        logLevel = level
        self.format = format ?? (isatty(STDERR_FILENO) == 1 ? .text : .json)
        self.write = write
    }

    /// One entry of ``metadata``.
    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one line; of equal metadata keys the record's own wins, then the provider's.
    package func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let given = event.metadata { all.merge(given) { $1 } }
        if let error = event.error { all["error"] = "\(error)" }
        let record = LogRecord(
            time: LogTime.now(),
            level: event.level,
            label: label,
            message: event.message.description,
            metadata: all.sorted { $0.key < $1.key }
        )
        switch format {
        case .json: write(LogLine.json(record))
        case .text: write(LogLine.text(record))
        }
    }

    /// Writes a line to standard error, where the log goes.
    package static func writeToStandardError(_ line: [UInt8]) {
        LineOutput.write(line, to: STDERR_FILENO)
    }
}

/// The form of a log line.
package enum LogFormat: String, Sendable, CaseIterable {
    /// `2026-01-31T12:00:00.000Z info listening port=8080`, for people.
    case text
    /// One JSON object a line, for machines.
    case json
}

/// Writes lines to standard output and standard error.
package enum LineOutput {
    /// Writes a line to standard output.
    package static func writeToStandardOutput(_ line: [UInt8]) {
        write(line, to: STDOUT_FILENO)
    }

    /// Writes a line by one `write(2)`, so that lines of several threads do not mix.
    ///
    /// A signal or a full pipe may still cut one in two.
    static func write(_ line: [UInt8], to file: Int32) {
        line.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest)
                let count = systemWrite(part, to: file)
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }
}

/// Calls `write(2)`, whose name is taken inside the type.
private func systemWrite(_ bytes: UnsafeRawBufferPointer, to file: Int32) -> Int {
    write(file, bytes.baseAddress, bytes.count)
}
