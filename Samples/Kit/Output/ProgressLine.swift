import Foundation

/// Lines about how far a run is, on standard error: standard output carries the figures alone.
package enum ProgressLine {
  /// Writes one line.
  package static func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
  }
}
