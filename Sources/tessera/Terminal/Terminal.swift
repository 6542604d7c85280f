import Foundation

/// Standard error as people see it: lines, and a bar that is drawn over itself where it is a terminal.
struct Terminal {
  /// Whether a person watches.
  let isInteractive = isatty(FileHandle.standardError.fileDescriptor) == 1
  private var barIsShown = false

  /// Writes a line; a bar goes first.
  mutating func line(_ text: String) {
    clear()
    write(text + "\n")
  }

  /// Draws a bar in the place of the last one; nothing where nobody watches.
  mutating func bar(done: Int, of total: Int, _ text: String) {
    guard isInteractive else { return }
    let width = 24
    let filled = total > 0 ? min(width, done * width / total) : width
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    write("\r\u{1B}[2K\(bar) \(text.prefix(max(columns - width - 2, 0)))")
    barIsShown = true
  }

  /// Removes the bar.
  mutating func clear() {
    guard barIsShown else { return }
    write("\r\u{1B}[2K")
    barIsShown = false
  }

  private var columns: Int {
    var size = winsize()
    guard ioctl(FileHandle.standardError.fileDescriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return 80
    }
    return Int(size.ws_col)
  }

  private func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}

extension Duration {
  /// Such as `1h05m`, `12m30s` or `8s`.
  var short: String {
    let seconds = max(0, Int(components.seconds))
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    if seconds >= 3600 { return "\(seconds / 3600)h\(two(seconds / 60 % 60))m" }
    return seconds >= 60 ? "\(seconds / 60)m\(two(seconds % 60))s" : "\(seconds)s"
  }
}

extension Double {
  /// With a fixed number of digits after the point.
  func formatted(digits: Int) -> String { String(format: "%.\(digits)f", self) }
}
