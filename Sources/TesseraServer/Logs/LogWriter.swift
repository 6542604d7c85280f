internal import Dispatch
internal import Glibc
internal import Synchronization

/// Writes lines in the order in which they come, on a thread of its own: who logs, be it an event loop, never waits.
///
/// Lines wait in bounded memory. One for which there is no room is dropped whole; how many were is told in a line of
/// its own as soon as others get out.
public final class LogWriter: Sendable {
  private struct State {
    var waiting: [UInt8] = []
    var dropped = 0
    var isWriting = false
  }

  private let state = Mutex(State())
  private let thread = DispatchQueue(label: "tessera-log")
  private let descriptor: Int32
  private let limit: Int
  private let notice: @Sendable (Int) -> String

  /// Writes to standard error; 1 MiB may wait.
  ///
  /// - Parameter notice: makes the line, with its end, that tells how many were dropped.
  public convenience init(notice: @escaping @Sendable (Int) -> String) {
    self.init(to: STDERR_FILENO, limit: 1 << 20, notice: notice)
  }

  package init(to descriptor: Int32, limit: Int, notice: @escaping @Sendable (Int) -> String) {
    self.descriptor = descriptor
    self.limit = limit
    self.notice = notice
  }

  /// Takes a line with its end, from any thread.
  public func write(_ line: String) {
    let begins = state.withLock { state in
      guard state.waiting.count + line.utf8.count <= limit else {
        state.dropped += 1
        return false
      }
      state.waiting += line.utf8
      defer { state.isWriting = true }
      return !state.isWriting
    }
    if begins { thread.async { self.writeAll() } }
  }

  /// Waits until everything is out that came before, but not long: nobody may read.
  public func flush() {
    let done = DispatchSemaphore(value: 0)
    thread.async { done.signal() }
    _ = done.wait(timeout: .now() + 1)
  }

  private func writeAll() {
    while let bytes = next() { write(bytes) }
  }

  private func next() -> [UInt8]? {
    state.withLock { state in
      if state.dropped > 0 {
        state.waiting += notice(state.dropped).utf8
        state.dropped = 0
      }
      state.isWriting = !state.waiting.isEmpty
      defer { state.waiting = [] }
      return state.isWriting ? state.waiting : nil
    }
  }

  private func write(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if count < 0, errno == EAGAIN {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&wanted, 1, -1)
      } else if count == 0 || errno != EINTR {
        // What cannot be written has no better place to go.
        return
      }
    }
  }
}

/// The same for handlers of logs that write text.
public struct LogStream: TextOutputStream, Sendable {
  private let writer: LogWriter

  /// Hands whole lines over to a writer.
  public init(_ writer: LogWriter) { self.writer = writer }

  /// Takes a line with its end.
  public func write(_ line: String) { writer.write(line) }
}
